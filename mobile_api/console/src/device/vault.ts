/** Seals what is stored for a person with a key that no script can take out of this browser. */

import { asText, inUtf8 } from '../kit/bytes.ts';
import { database, type Sealed } from './database.ts';

const AES = { name: 'AES-GCM', length: 256 } as const;

/** A value, sealed for its owner; `place` is where it is stored, so that it opens nowhere else. */
export async function seal(owner: string, place: string, value: unknown): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = inUtf8(JSON.stringify(value));
  return { iv, data: await crypto.subtle.encrypt(how(iv, place), await keyOf(owner), text) };
}

/** The value again. Throws where it was sealed elsewhere, or for somebody else. `key` is their key, where it was read
 * already. */
export async function unseal<T>(owner: string, place: string, { iv, data }: Sealed, key?: CryptoKey): Promise<T> {
  const text = await crypto.subtle.decrypt(how(iv, place), key ?? (await keyOf(owner)), data);
  return JSON.parse(asText(new Uint8Array(text))) as T;
}

/** The key of a person's vault, which is made where there is none. */
export async function keyOf(owner: string): Promise<CryptoKey> {
  const stored = await (await database()).get('vaults', owner);
  if (stored !== undefined) return stored;
  const made = await crypto.subtle.generateKey(AES, false, ['encrypt', 'decrypt']);
  // Another tab may have made one meanwhile.
  const change = (await database()).transaction('vaults', 'readwrite');
  const first = await change.store.get(owner);
  if (first === undefined) await change.store.put(made, owner);
  await change.done;
  return first ?? made;
}

function how(iv: Uint8Array<ArrayBuffer>, place: string): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData: inUtf8(place) };
}
