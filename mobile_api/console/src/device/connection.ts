/** Whether the platform can be reached, and how old what is shown is. */

import { effect, signal } from '@preact/signals';

import { route } from '../route.ts';
import { pauseAfter } from './settling.ts';

// The worker lets it pass, and it is a name that never changes.
const ASKED = '/console/worker.js';
const WITHIN_MS = 5_000;

/** False where the browser says so, or where the last call found nobody; true once somebody
 * answered. */
export const isOnline = signal(navigator.onLine);

/** When the oldest answer that the page shows was given, in milliseconds; null where all are new. */
export const shownAsOf = signal<number | null>(null);

let asked = 0;
let asking: Promise<boolean> | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Follows the connection: asks again and again while there is none. */
export function followConnection(): void {
  addEventListener('offline', () => (isOnline.value = false));
  addEventListener('online', () => void tryConnection());
  effect(() => {
    clearTimeout(timer);
    asked = 0;
    if (!isOnline.value) askLater();
  });
  effect(() => {
    void route.value;
    shownAsOf.value = null;
  });
}

/** A page shows an answer that was kept. */
export function showsKept(at: number): void {
  shownAsOf.value = Math.min(at, shownAsOf.value ?? at);
}

/** Whether the platform answers now. Calls at the same time share one try. */
export function tryConnection(): Promise<boolean> {
  asking ??= isAnswered().finally(() => (asking = null));
  return asking;
}

async function isAnswered(): Promise<boolean> {
  clearTimeout(timer);
  try {
    await fetch(ASKED, { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(WITHIN_MS) });
    isOnline.value = true;
  } catch {
    isOnline.value = false;
    askLater();
  }
  return isOnline.value;
}

function askLater(): void {
  timer = setTimeout(() => void tryConnection(), pauseAfter(++asked) * 1000);
}
