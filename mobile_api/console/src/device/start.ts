/** What a page does first: it remembers, without a connection, whose browser this is. */

import { effect, signal } from '@preact/signals';

import { finishSigningOut, tenant } from '../session.ts';
import { recallClock } from './clock.ts';
import { isOnline } from './connection.ts';
import { recallKey } from './key.ts';
import { owner, recall } from './owner.ts';
import { followQueue } from './queue.ts';
import { followSending } from './sending.ts';
import { installWorker } from './worker.ts';

/** Whether this browser stores anything: without that, nothing is kept and nobody decides. */
export const stores = signal(true);

/** Never fails: a browser that stores nothing shows what it is answered. */
export async function start(): Promise<void> {
  void installWorker().catch(() => {});
  isOnline.subscribe((isThere) => void (isThere && finishSigningOut().catch(() => {})));
  try {
    if (!isSecureContext) throw new Error('no keys and no locks here');
    await Promise.all([recall(), recallClock()]);
    await followQueue();
    effect(() => {
      void [tenant.value, owner.value];
      void recallKey();
    });
    followSending();
  } catch {
    stores.value = false;
  }
}
