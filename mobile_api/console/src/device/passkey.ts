/** A passkey of this device signs. */

import type { Assertion } from '../pages/card/decision.ts';

export const knowsPasskeys = 'PublicKeyCredential' in globalThis;

/** The signature of a challenge by a passkey of this site, for somebody whom the device verified.
 * Throws where they do not want to, or have none. */
export async function signWithPasskey(challenge: Uint8Array<ArrayBuffer>): Promise<Assertion> {
  const used = await navigator.credentials.get({
    publicKey: { challenge, userVerification: 'required' },
  });
  const { rawId, response } = used as PublicKeyCredential;
  const signed = response as AuthenticatorAssertionResponse;
  return {
    credential_id: inText(rawId),
    client_data_json: inText(signed.clientDataJSON),
    authenticator_data: inText(signed.authenticatorData),
    signature: inText(signed.signature),
  };
}

/** Base64url without padding. */
function inText(buffer: ArrayBuffer): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
