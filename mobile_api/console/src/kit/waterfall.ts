/** Where the bars of gains and losses lie: gains above a line, losses below it, on one scale. */

export interface Change {
  readonly gained: number;
  readonly lost: number;
}

export interface Column {
  readonly x: number;
  readonly width: number;
  readonly gained: { readonly y: number; readonly height: number };
  readonly lost: { readonly y: number; readonly height: number };
}

export interface Waterfall {
  readonly columns: readonly Column[];
  /** Where the line between gains and losses is. */
  readonly base: number;
}

const GAP = 0.25;

/** One column for each of `all`, from left to right in a box of that size: the largest gain and the
 * largest loss together have the full height. */
export function waterfallOf(all: readonly Change[], width: number, height: number): Waterfall {
  const up = Math.max(0, ...all.map((each) => each.gained));
  const down = Math.max(0, ...all.map((each) => each.lost));
  const high = (amount: number) => (up + down === 0 ? 0 : (amount / (up + down)) * height);
  const base = up + down === 0 ? height : high(up);
  const step = width / Math.max(1, all.length);
  const columns = all.map((each, place) => ({
    x: (place + GAP / 2) * step,
    width: step * (1 - GAP),
    gained: { y: base - high(each.gained), height: high(each.gained) },
    lost: { y: base, height: high(each.lost) },
  }));
  return { columns, base };
}
