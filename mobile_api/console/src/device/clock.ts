/** This moment by the server's clock, also without a connection: a phone's clock may be wrong. */

import { database } from './database.ts';

// The header has whole seconds.
const WORTH_KEEPING_MS = 2_000;

let ahead = 0;

/** This moment by the server's clock, as its last answer said, in milliseconds. */
export function serverNow(): number {
  return Date.now() + ahead;
}

/** Hears the time that an answer says (RFC 9110, Date) to a call that began then, by this clock. */
export function hear(date: string | null, began: number): void {
  const said = Date.parse(date ?? '');
  if (Number.isNaN(said)) return;
  const before = ahead;
  // It was said somewhere in between.
  ahead = said - (began + Date.now()) / 2;
  if (Math.abs(ahead - before) < WORTH_KEEPING_MS) return;
  void database().then((stored) => stored.put('settings', ahead, 'ahead'), () => {});
}

/** Remembers how far the server's clock was ahead when this browser was last connected. */
export async function recallClock(): Promise<void> {
  const stored = await (await database()).get('settings', 'ahead');
  if (typeof stored === 'number' && ahead === 0) ahead = stored;
}
