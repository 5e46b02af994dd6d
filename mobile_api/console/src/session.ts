/** Who is signed in. The session is a cookie that no script reads; the token that it gives stays in
 * this page's memory. */

import { signal } from '@preact/signals';

const TENANT = 'assent-tenant';
// What the token endpoint calls a token for no tenant.
const NO_TENANT = '_platform';

/** Nobody is signed in here: the page offers to. */
export class SignedOut extends Error {}

export const tenant = signal<string | null>(localStorage.getItem(TENANT));

let token: Promise<string> | null = null;

/** A token for the chosen tenant. Throws SignedOut where this browser has no session. */
export function accessToken(anew = false): Promise<string> {
  if (anew || token === null) {
    token = renewed(tenant.value);
    token.catch(() => (token = null));
  }
  return token;
}

/** The id of the session of this browser, which its token names. */
export async function sessionId(): Promise<string | null> {
  const payload = (await accessToken()).split('.')[1] ?? '';
  const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { sid?: string };
  return claims.sid ?? null;
}

/** Acts for another tenant from now on. */
export function choose(tenantId: string | null): void {
  if (tenantId === null) localStorage.removeItem(TENANT);
  else localStorage.setItem(TENANT, tenantId);
  // Whoever reads the tenant anew may ask for its token at once.
  token = null;
  tenant.value = tenantId;
}

/** Ends the session of this browser. */
export async function signOut(): Promise<void> {
  await fetch('/v1/auth/logout', { method: 'POST' });
  choose(null);
}

async function renewed(tenantId: string | null): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'refresh_token', tenant: tenantId ?? NO_TENANT });
  const answer = await fetch('/v1/auth/token', { method: 'POST', body });
  if (answer.status === 400 || answer.status === 401) throw new SignedOut();
  if (!answer.ok) throw new Error(`The token endpoint answered ${answer.status}.`);
  return ((await answer.json()) as { access_token: string }).access_token;
}
