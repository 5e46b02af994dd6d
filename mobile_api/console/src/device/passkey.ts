/** A passkey of this device signs. */

import { base64url } from '../kit/base64url.ts';
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
    credential_id: base64url(rawId),
    client_data_json: base64url(signed.clientDataJSON),
    authenticator_data: base64url(signed.authenticatorData),
    signature: base64url(signed.signature),
  };
}
