/** Says that this device had what was pushed: the device's key signs it, as its person's decisions.
 * Nothing is said where nobody is signed in here, and a notice is shown all the same. */

import { database } from '../src/device/database.ts';
import { signed } from '../src/kit/jws.ts';

declare const self: ServiceWorkerGlobalScope;

const TYPE = 'acknowledgement+jws';
const TRIES = 3;
const PAUSE_MS = 2_000;
const WITHIN_MS = 5_000;

interface Told {
  readonly delivery_id: string;
  readonly tenant_id: string;
}

self.addEventListener('push', (event) => {
  const told = read(event.data);
  if (told !== null) event.waitUntil(acknowledge(told).catch(() => {}));
});

function read(data: PushMessageData | null): Told | null {
  try {
    const told = (data?.json() as { notification?: { data?: Partial<Told> } } | undefined)?.notification?.data;
    return told?.delivery_id && told.tenant_id ? (told as Told) : null;
  } catch {
    return null;
  }
}

async function acknowledge({ delivery_id, tenant_id }: Told): Promise<void> {
  const stored = await database();
  const person = await stored.get('settings', 'owner');
  const key = typeof person === 'string' ? await stored.get('devices', [person, tenant_id]) : undefined;
  if (key === undefined || key.id === '') return;
  const statement = { v: 1, tenant: tenant_id, delivery_id };
  const signature = await signed(key.pair.privateKey, TYPE, statement, key.id);
  const path = `/v1/notifications/deliveries/${encodeURIComponent(delivery_id)}/acknowledge`;
  for (let tried = 1; tried <= TRIES; tried++) {
    if (await isSaid(path, tenant_id, signature)) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * tried));
  }
}

/** Whether it was answered, and need not be said again: the first time counts, and a refusal stays one. */
async function isSaid(path: string, tenant: string, signature: string): Promise<boolean> {
  try {
    const token = await tokenFor(tenant);
    if (token === null) return true;
    const answer = await fetch(path, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ signature }),
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    return answer.status < 500 && answer.status !== 429;
  } catch {
    return false;
  }
}

/** Null where nobody is signed in. Throws where nobody answered. */
async function tokenFor(tenant: string): Promise<string | null> {
  // Each renewal replaces the cookie: one after the other, also of the console's tabs.
  const signal = AbortSignal.timeout(WITHIN_MS);
  const answer = await navigator.locks.request('assent session', { signal }, () =>
    fetch('/v1/auth/token', {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', tenant }),
      signal: AbortSignal.timeout(WITHIN_MS),
    }),
  );
  if (answer.status >= 500 || answer.status === 429) throw new Error(`${answer.status}`);
  return answer.ok ? ((await answer.json()) as { access_token: string }).access_token : null;
}
