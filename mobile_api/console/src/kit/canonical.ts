/** Canonical JSON (RFC 8785), so that the console hashes exactly what a decision is about. */

import { digest, inHex, inUtf8 } from './bytes.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** The RFC 8785 form of a JSON value. Throws where it has none: a lone surrogate, a number that is
 * not finite. */
export function canonical(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error('a number is not finite');
    return JSON.stringify(value);
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new Error('a text has a lone surrogate');
    return JSON.stringify(value);
  }
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  const members = Object.keys(value)
    .sort(byCodeUnits)
    .map((name) => `${canonical(name)}:${canonical(value[name] as Json)}`);
  return `{${members.join(',')}}`;
}

/** The lower-case hex SHA-256 of the RFC 8785 form of a value. */
export async function contentHash(value: Json): Promise<string> {
  return inHex(await sha256(canonical(value)));
}

/** The SHA-256 of a text in UTF-8. */
export function sha256(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return digest(inUtf8(text));
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function byCodeUnits(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
