/** The texts of slabs and of their events, as a proof of usage has them. */

export interface Slab {
  readonly number: number;
  readonly quantity: number;
  readonly events: number;
}

export interface SlabEvent {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly subject: string;
  /** What it counts of the meter; null where it counts others alone. */
  readonly quantity: number | null;
}

/** The slab of a line: number, meter, quantity, events and root, a tabulator between each two. */
export function slabOf(line: string): Slab {
  const [number, , quantity, events] = line.split('\t');
  return { number: Number(number), quantity: Number(quantity), events: Number(events) };
}

/** The event of a line: entry, id, time, subject and what it counts, a tabulator between each two. */
export function eventOf(line: string, meter: string): SlabEvent {
  const [, id = '', at, subject = '', used = ''] = line.split('\t');
  const found = used.split(',').find((each) => each.startsWith(`${meter}=`));
  return { id, at: Number(at), subject, quantity: found === undefined ? null : Number(found.slice(meter.length + 1)) };
}
