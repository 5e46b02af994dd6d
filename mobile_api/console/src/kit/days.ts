/** What was used day by day, in UTC. */

const DAY_MS = 86_400_000;

interface Sum {
  readonly since: string | null;
  readonly quantity: number;
}

export interface Day {
  /** As 2026-11-27. */
  readonly day: string;
  readonly quantity: number;
}

/** Each day from that of `since` until the last that began before `until`, those without a sum among them. */
export function daysOf(sums: readonly Sum[], since: string, until: string): readonly Day[] {
  const quantities = new Map<string, number>();
  for (const { since: at, quantity } of sums) {
    if (at !== null) quantities.set(dayOf(Date.parse(at)), (quantities.get(dayOf(Date.parse(at))) ?? 0) + quantity);
  }
  const days: Day[] = [];
  const first = Math.floor(Date.parse(since) / DAY_MS) * DAY_MS;
  for (let at = first; at < Date.parse(until); at += DAY_MS) {
    days.push({ day: dayOf(at), quantity: quantities.get(dayOf(at)) ?? 0 });
  }
  return days;
}

export interface Month {
  /** As 2026-11. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** The month of `now`, in milliseconds, and those before it: the newest first. */
export function monthsUntil(now: number, count: number): readonly Month[] {
  const at = new Date(now);
  const begins = (back: number) => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - back, 1)).toISOString();
  return Array.from({ length: count }, (_, back) => ({
    name: begins(back).slice(0, 7),
    from: begins(back),
    to: begins(back - 1),
  }));
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
