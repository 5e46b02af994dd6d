/** Who is signed in. The session is a cookie that no script reads; the tokens that it gives stay in
 * this page's memory. */

import { signal } from '@preact/signals';

import { become, forget, owner } from './device/owner.ts';
import { fromBase64url } from './kit/base64url.ts';
import { asText } from './kit/bytes.ts';
import { unsubscribe } from './device/subscription.ts';

const TENANT = 'assent-tenant';
// What the token endpoint calls a token for no tenant.
const NO_TENANT = '_platform';
const LEAVING = 'assent-leaving';
const WITHIN_MS = 10_000;

/** Nobody is signed in here: the page offers to. */
export class SignedOut extends Error {}

export const tenant = signal<string | null>(localStorage.getItem(TENANT));

const tokens = new Map<string | null, Promise<string>>();

/** A token for a tenant: the chosen one where none is named. Throws SignedOut where this browser has
 * no session. */
export function accessToken(anew = false, of: string | null = tenant.value): Promise<string> {
  let token = anew ? undefined : tokens.get(of);
  if (token === undefined) {
    // Each renewal replaces the cookie: one tab after the other.
    const signal = AbortSignal.timeout(WITHIN_MS);
    token = isSecureContext
      ? navigator.locks.request('assent session', { signal }, () => renewed(of))
      : renewed(of);
    tokens.set(of, token);
    token.catch(() => tokens.delete(of));
  }
  return token;
}

/** The id of the session of this browser, which its token names. */
export async function sessionId(): Promise<string | null> {
  return claimsOf(await accessToken()).sid ?? null;
}

/** Acts for another tenant from now on. */
export function choose(tenantId: string | null): void {
  if (tenantId === null) localStorage.removeItem(TENANT);
  else localStorage.setItem(TENANT, tenantId);
  // Whoever reads the tenant anew may ask for its token at once.
  tokens.clear();
  tenant.value = tenantId;
}

/** Ends the session of this browser, and removes what it keeps of the person. Without a connection
 * the session ends as soon as there is one. */
export async function signOut(): Promise<void> {
  // Other tabs open anew as soon as they hear of it, for nobody.
  localStorage.removeItem(TENANT);
  localStorage.setItem(LEAVING, 'yes');
  await forget();
  choose(null);
  // Whoever uses this browser next is not shown what waits for this person.
  const isSilent = unsubscribe().catch(() => {});
  await finishSigningOut();
  await isSilent;
}

/** Whether somebody signed out here whose session did not end yet. */
export function isLeaving(): boolean {
  return localStorage.getItem(LEAVING) !== null;
}

/** Ends the session that somebody left while the platform could not be reached. Throws TypeError
 * where it still cannot. */
export async function finishSigningOut(): Promise<void> {
  if (!isLeaving()) return;
  const answer = await fetch('/v1/auth/logout', { method: 'POST' });
  if (!answer.ok) throw new Error(`The session did not end: the platform answered ${answer.status}.`);
  localStorage.removeItem(LEAVING);
}

/** Where somebody signs out in another tab, this one shows nothing of theirs any more. */
export function followSigningOut(): void {
  addEventListener('storage', (event) => {
    if (event.key === LEAVING && event.newValue !== null) location.assign('/console/');
  });
}

async function renewed(tenantId: string | null): Promise<string> {
  await finishSigningOut();
  const body = new URLSearchParams({ grant_type: 'refresh_token', tenant: tenantId ?? NO_TENANT });
  const signal = AbortSignal.timeout(WITHIN_MS);
  const answer = await fetch('/v1/auth/token', { method: 'POST', body, signal });
  if (answer.status === 400 || answer.status === 401) {
    if (tenantId !== null && tenantId === tenant.value) await leave(tenantId);
    throw new SignedOut();
  }
  if (!answer.ok) throw new Error(`The token endpoint answered ${answer.status}.`);
  const token = ((await answer.json()) as { access_token: string }).access_token;
  await belongTo(claimsOf(token).sub);
  return token;
}

/** Who is signed in may not be in the tenant that was chosen here: they choose another one. Throws
 * SignedOut where nobody is signed in. */
async function leave(tenantId: string): Promise<void> {
  await renewed(null);
  if (tenant.value === tenantId) choose(null);
}

async function belongTo(principal: string): Promise<void> {
  const shown = owner.value;
  // A browser that stores nothing keeps nothing of anybody.
  const wasAnothers = await become(principal).catch(() => {
    owner.value = principal;
    return false;
  });
  if (wasAnothers) await unsubscribe().catch(() => {});
  if (shown === null || shown === principal) return;
  // The page shows what somebody else may read, and would send what they decided: it ends here.
  location.reload();
  await new Promise(() => {});
}

/** What a token says (RFC 9068). It came from the platform itself, so nothing is verified. */
function claimsOf(token: string): { readonly sub: string; readonly sid?: string } {
  const claims = fromBase64url(token.split('.')[1] ?? '');
  return JSON.parse(asText(claims)) as { sub: string; sid?: string };
}
