/** Sends what people decided, in its order: from one tab at a time, when there is a connection. */

import { signal } from '@preact/signals';

import type { SyncResults } from '../api/generated.ts';
import { isUnreachable, Problem, send } from '../api/call.ts';
import { accessToken, SignedOut } from '../session.ts';
import { isOnline, tryConnection } from './connection.ts';
import { owner, recall } from './owner.ts';
import { isOpen, queue, release, secondsHeld, settle, take, tenantsOf, type Entry } from './queue.ts';
import { pauseAfter, secondsToWait, type Result } from './settling.ts';

const MOST = 50;
const PATH = '/v1/mobile/sync';

/** Why what waits is not sent now; null where it is on its way. */
export const blockedBy = signal<'connection' | 'sign_in' | 'platform' | null>(null);

let tried = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Sends what waits, now and whenever there is a connection again. */
export function followSending(): void {
  isOnline.subscribe((isThere) => void (isThere && sendQueue()));
  document.addEventListener('visibilitychange', () => {
    // Who leaves the page takes nothing back there.
    if (document.visibilityState === 'hidden' && queue.value.some((each) => each.isHeld)) void sendNow();
    if (document.visibilityState === 'visible' && queue.value.some((each) => isOpen(each.state))) void sendQueue();
  });
}

/** Sends all that waits, also what its person could still take back. */
export async function sendNow(): Promise<void> {
  const who = await recall();
  if (who !== null) await release(who);
  await sendQueue();
}

/** Sends all that waits, and says when that was tried. Another tab that is sending goes first. */
export async function sendQueue(): Promise<void> {
  clearTimeout(timer);
  const pause = await navigator.locks.request('assent queue', sendAll);
  if (pause === null) tried = 0;
  else timer = setTimeout(() => void sendQueue(), pause * 1000);
}

/** Seconds until the rest is sent; null where there is none, or only its person can go on. */
async function sendAll(): Promise<number | null> {
  const who = await recall();
  if (who === null || (await tenantsOf(who)).length === 0) return null;
  // What is taken may have arrived, and cannot be withdrawn: nothing is taken for nobody.
  if (!(await tryConnection())) {
    blockedBy.value = 'connection';
    return secondsHeld(who);
  }
  let pause: number | null = null;
  for (const of of await tenantsOf(who)) {
    try {
      // Whose token it is, decides whose decisions are sent.
      await accessToken(false, of);
      if (owner.value !== who) return null;
      const rest = await sendOf(who, of);
      if (rest !== null) pause = Math.max(pause ?? 0, rest);
    } catch (error) {
      if (error instanceof SignedOut || (error instanceof Problem && error.status === 401)) {
        blockedBy.value = 'sign_in';
        return null;
      }
      blockedBy.value = isUnreachable(error) ? 'connection' : 'platform';
      return pauseAfter(++tried);
    }
  }
  blockedBy.value = pause === null ? null : 'platform';
  return pause ?? (await secondsHeld(who));
}

async function sendOf(who: string, of: string): Promise<number | null> {
  for (;;) {
    const taken = await take(who, of, MOST);
    if (taken.length === 0) return null;
    const results = await answersTo(taken, of);
    for (const [place, entry] of taken.entries()) {
      const result = results[place];
      if (result !== undefined) await settle(who, entry, result);
    }
    const pause = secondsToWait(results, tried + 1);
    if (pause !== null) {
      tried++;
      return pause;
    }
  }
}

/** A refusal of the whole call is each decision's. */
async function answersTo(taken: readonly Entry[], of: string): Promise<readonly Result[]> {
  const decisions = taken.map(({ decision }) => decision.body);
  try {
    return (await send<SyncResults>(PATH, { decisions }, of)).results;
  } catch (error) {
    if (!(error instanceof Problem) || error.status === 401 || isUnreachable(error)) throw error;
    const { status, code, message } = error;
    const problem = { code, detail: message, title: message };
    return taken.map(({ decision }) => ({ client_decision_id: decision.id, status, retry_after: null, problem }) as Result);
  }
}
