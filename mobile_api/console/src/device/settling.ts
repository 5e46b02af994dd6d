/** What the platform's answers mean for queued decisions. */

import type { SyncAccepted, SyncRefused } from '../api/generated.ts';
import type { State } from './database.ts';

export type Result = SyncAccepted | SyncRefused;

/** What the platform said: the card's version after the decision, or why it did not take it. */
export type Said = { readonly version: number } | { readonly code: string; readonly detail: string };

const TOO_MANY = 429;
const SIGNED_OUT = 401;

/** What becomes of a decision. What failed for a while is sent again: the platform may have it. */
export function settled(result: Result): { readonly state: State; readonly said: Said | null } {
  if ('card' in result) return { state: 'accepted', said: { version: result.card.version } };
  const { status, problem } = result;
  const said = { code: problem.code, detail: problem.detail ?? problem.title };
  if (status >= 500 || status === SIGNED_OUT) return { state: 'sending', said };
  // It was not looked at: it may still be withdrawn.
  if (status === TOO_MANY) return { state: 'waiting', said };
  return { state: 'refused', said };
}

/** After how many seconds the rest is sent again; null where there is no rest. */
export function secondsToWait(results: readonly Result[], tried: number): number | null {
  const rest = results.filter((each) => settled(each).state === 'sending' || settled(each).state === 'waiting');
  if (rest.length === 0) return null;
  const asked = rest.map((each) => ('retry_after' in each ? (each.retry_after ?? 0) : 0));
  return Math.max(pauseAfter(tried), ...asked);
}

/** Seconds: twice as long each time, from two to a minute. */
export function pauseAfter(tried: number): number {
  return Math.min(60, 2 ** tried);
}
