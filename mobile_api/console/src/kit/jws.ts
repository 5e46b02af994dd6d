/** Compact JWS by ES256 (RFC 7515, RFC 7518) over canonical JSON. */

import { base64url } from './base64url.ts';
import { inUtf8 } from './bytes.ts';
import { canonical, type Json } from './canonical.ts';

/** A statement, signed. `typ` says which kind it is, so that no signature of one kind counts as
 * another's; `kid` is whose key it is, where the platform has a name for that. */
export async function signed(key: CryptoKey, typ: string, statement: Json, kid?: string): Promise<string> {
  const header = { alg: 'ES256', typ, ...(kid === undefined ? {} : { kid }) };
  const said = [header, statement].map((each) => base64url(inUtf8(canonical(each)))).join('.');
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, inUtf8(said));
  return `${said}.${base64url(signature)}`;
}
