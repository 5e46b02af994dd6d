/** Where the bars of a chart lie: what was spent, above it what is held, and a line at the limit, where there is one. */

export interface Amounts {
  readonly spent: number;
  readonly held: number;
  readonly limit: number | null;
}

export interface Span {
  readonly y: number;
  readonly height: number;
}

export interface Bar {
  readonly x: number;
  readonly width: number;
  readonly spent: Span;
  readonly held: Span;
  readonly limit: number | null;
}

const GAP = 0.25;
const WIDEST = 48;

/** One bar for each of `all`, from left to right in a box of that size, all on one scale: the
 * largest amount or limit has the full height. */
export function barsOf(all: readonly Amounts[], width: number, height: number): readonly Bar[] {
  const top = Math.max(1, ...all.flatMap((each) => [each.limit ?? 0, each.spent + each.held]));
  const step = Math.min(WIDEST, width / Math.max(1, all.length));
  const high = (amount: number) => (amount / top) * height;
  return all.map((each, place) => ({
    x: (place + GAP / 2) * step,
    width: step * (1 - GAP),
    spent: { y: height - high(each.spent), height: high(each.spent) },
    held: { y: height - high(each.spent + each.held), height: high(each.held) },
    limit: each.limit === null ? null : height - high(each.limit),
  }));
}
