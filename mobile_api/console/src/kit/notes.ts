/** Signed notes and the checkpoints in them (https://c2sp.org/signed-note, tlog-checkpoint), and the
 * keys that sign them. */

import { digest, fromBase64, inHex, inUtf8, joined } from './bytes.ts';

/** Something is not what it should be. */
export class Forged extends Error {}

/** This browser verifies no Ed25519 signatures. */
export class NoEd25519 extends Error {}

/** A verifier key: `text` is `name+id+key`, as it is published. */
export interface Key {
  readonly text: string;
  readonly name: string;
  readonly id: string;
  readonly public: Uint8Array<ArrayBuffer>;
}

/** How many entries a log had, and the root of their tree. */
export interface Checkpoint {
  readonly log: string;
  readonly size: number;
  readonly root: Uint8Array<ArrayBuffer>;
}

const ED25519 = 1;
const DASH = '\u2014';

/** The key in `name+id+key`. Throws Forged for another text. */
export async function readKey(text: string): Promise<Key> {
  const [name, id, ...encoded] = text.split('+');
  const typed = bytesOf(encoded.join('+'));
  if (name === undefined || typed?.length !== 33 || typed[0] !== ED25519) throw new Forged();
  const own = await digest(inUtf8(`${name}\n`), typed);
  if (inHex(own.subarray(0, 4)) !== id) throw new Forged();
  return { text, name, id, public: typed.slice(1) };
}

/** Whether the key signed the bytes. Throws NoEd25519 where this browser cannot tell. */
export async function hasSigned(key: Key, signature: Uint8Array<ArrayBuffer>, signed: Uint8Array<ArrayBuffer>) {
  let known: CryptoKey;
  try {
    known = await crypto.subtle.importKey('raw', key.public, { name: 'Ed25519' }, false, ['verify']);
  } catch (error) {
    if ((error as Error).name === 'NotSupportedError') throw new NoEd25519();
    throw new Forged();
  }
  return crypto.subtle.verify('Ed25519', known, signature, signed);
}

/** The checkpoint in a note with exactly one signature, by one of the keys, and which. Throws
 * Forged, NoEd25519. */
export async function openCheckpoint(note: string, keys: readonly Key[]): Promise<[Checkpoint, Key]> {
  const end = note.lastIndexOf('\n\n');
  const [dash, name, encoded, ...more] = note.slice(end + 2).replace(/\n$/, '').split(' ');
  const raw = bytesOf(encoded ?? '');
  if (end < 0 || !note.endsWith('\n') || dash !== DASH || raw === null || more.length > 0) throw new Forged();
  const text = note.slice(0, end + 1);
  const key = keys.find((each) => each.name === name && each.id === inHex(raw.subarray(0, 4)));
  if (key === undefined || !(await hasSigned(key, raw.slice(4), inUtf8(text)))) throw new Forged();
  return [readCheckpoint(text), key];
}

/** The root that an inclusion proof leads to (RFC 9162, 2.1.3.2); null where it is no proof of that
 * leaf in a tree of that size. */
export async function rootWith(
  leaf: Uint8Array<ArrayBuffer>,
  index: number,
  size: number,
  path: readonly Uint8Array<ArrayBuffer>[],
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (index < 0 || index >= size) return null;
  let hash = leaf;
  // Numbers beyond 2^31 have no bits in JavaScript.
  let [place, last] = [BigInt(index), BigInt(size - 1)];
  for (const sibling of path) {
    if (last === 0n) return null;
    if (place & 1n || place === last) {
      hash = await inner(sibling, hash);
      while (place && !(place & 1n)) [place, last] = [place >> 1n, last >> 1n];
    } else {
      hash = await inner(hash, sibling);
    }
    [place, last] = [place >> 1n, last >> 1n];
  }
  return last === 0n ? hash : null;
}

/** The bytes of a text in base64; null for any other text. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return fromBase64(text);
  } catch {
    return null;
  }
}

/** A whole number as it is written: digits without a sign, or a zero before them. Throws Forged. */
export function numberOf(text: string | undefined): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0 || String(number) !== text) throw new Forged();
  return number;
}

function inner(left: Uint8Array, right: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return digest(Uint8Array.of(1), joined(left, right));
}

function readCheckpoint(text: string): Checkpoint {
  const [log, size, encoded, end, ...more] = text.split('\n');
  const root = bytesOf(encoded ?? '');
  if (log === undefined || root?.length !== 32 || end !== '' || more.length > 0) throw new Forged();
  return { log, size: numberOf(size), root };
}
