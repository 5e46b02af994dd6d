/** The subscription of this browser to push messages: one for all of its tenants. */

import { base64url } from '../kit/base64url.ts';
import { hindranceOf, type Hindrance } from '../kit/hindrance.ts';

const SCOPE = '/console/';

/** Why this browser is not subscribed. */
export class Hindered extends Error {
  readonly by: Hindrance | 'unanswered' | 'failed';

  constructor(by: Hindrance | 'unanswered' | 'failed', options?: ErrorOptions) {
    super(by, options);
    this.by = by;
  }
}

/** What keeps this browser from being subscribed; null where nothing does. */
export function hindrance(): Hindrance | null {
  return hindranceOf({
    isSecure: isSecureContext,
    hasPush: 'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis,
    isInstalled: (navigator as { standalone?: boolean }).standalone,
    permission: globalThis.Notification?.permission,
  });
}

/** Null where it is not subscribed, or cannot be. */
export async function subscription(): Promise<PushSubscription | null> {
  return (await manager())?.getSubscription() ?? null;
}

/** The subscription by the platform's key, which its person is asked for; to be called when they
 * press a button, before anything is awaited. Throws Hindered. */
export async function subscribe(key: string): Promise<PushSubscription> {
  const permission = await Notification.requestPermission();
  if (permission !== 'granted') throw new Hindered(permission === 'denied' ? 'denied' : 'unanswered');
  const pushed = await manager();
  if (pushed === undefined) throw new Hindered('failed');
  // Only an active worker is subscribed.
  await navigator.serviceWorker.ready;
  const before = await pushed.getSubscription();
  // A push service takes messages by the key that was subscribed with, and by no other.
  if (before !== null && keyOf(before) !== key && !(await before.unsubscribe())) throw new Hindered('failed');
  try {
    return await pushed.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  } catch (error) {
    throw new Hindered('failed', { cause: error });
  }
}

/** Ends the subscription: push services say from then on that it is gone. */
export async function unsubscribe(): Promise<void> {
  await (await subscription())?.unsubscribe();
}

async function manager(): Promise<PushManager | undefined> {
  if (hindrance() === 'insecure' || !('serviceWorker' in navigator)) return undefined;
  const registration = await navigator.serviceWorker.getRegistration(SCOPE);
  return (registration as { pushManager?: PushManager } | undefined)?.pushManager;
}

function keyOf({ options }: PushSubscription): string | null {
  return options.applicationServerKey && base64url(options.applicationServerKey);
}
