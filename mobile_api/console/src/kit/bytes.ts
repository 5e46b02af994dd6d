/** Bytes and their texts. */

/** The bytes of a text in base64. Throws for any other spelling than the one that is written. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  if (btoa(String.fromCharCode(...bytes)) !== text) throw new Error('another spelling of the same bytes');
  return bytes;
}

/** Bytes in lower-case hex. */
export function inHex(bytes: Uint8Array): string {
  return [...bytes].map((each) => each.toString(16).padStart(2, '0')).join('');
}

/** Bytes after one another. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, each) => sum + each.length, 0));
  let at = 0;
  for (const each of parts) {
    whole.set(each, at);
    at += each.length;
  }
  return whole;
}

/** This page came without https, so that its browser computes no hashes for it. */
export class NoCrypto extends Error {}

/** The SHA-256 of bytes after one another. Throws NoCrypto. */
export async function digest(...parts: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  if (globalThis.crypto?.subtle === undefined) throw new NoCrypto();
  return new Uint8Array(await crypto.subtle.digest('SHA-256', joined(...parts)));
}

export function inUtf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** The text of bytes in UTF-8. Throws for bytes that are not. */
export function asText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}
