/** A passkey of this device signs. */

import { base64url, fromBase64url } from '../kit/base64url.ts';
import type { Assertion } from '../pages/card/decision.ts';

export interface Made {
  readonly client_data_json: string;
  readonly attestation_object: string;
}

type Named<T> = Omit<T, 'id'> & { readonly id: string };

/** What `navigator.credentials.create` takes, with its bytes in base64url. */
export type JsonCreation = Omit<PublicKeyCredentialCreationOptions, 'challenge' | 'user' | 'excludeCredentials'> & {
  readonly challenge: string;
  readonly user: Named<PublicKeyCredentialUserEntity>;
  readonly excludeCredentials?: readonly Named<PublicKeyCredentialDescriptor>[];
};

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

/** A new passkey of this device, by what the API gives for it. Throws where somebody does not want
 * to, or the device has it already. */
export async function makePasskey(options: JsonCreation): Promise<Made> {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: fromBase64url(options.challenge),
      user: { ...options.user, id: fromBase64url(options.user.id) },
      excludeCredentials: (options.excludeCredentials ?? []).map((each) => ({ ...each, id: fromBase64url(each.id) })),
    },
  });
  const response = (made as PublicKeyCredential).response as AuthenticatorAttestationResponse;
  return {
    client_data_json: base64url(response.clientDataJSON),
    attestation_object: base64url(response.attestationObject),
  };
}
