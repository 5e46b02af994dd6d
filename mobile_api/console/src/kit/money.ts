/** Millionths of a dollar as dollars: as many places as are needed, at least two. */
export function dollars(micros: number): string {
  const places = micros % 10_000 === 0 ? 2 : micros % 100 === 0 ? 4 : 6;
  return `$${(micros / 1e6).toFixed(places)}`;
}

/** The millionths of a dollar of an amount that somebody typed; null for what is none, is less than
 * 0, or has more than six places. */
export function microsOf(typed: string): number | null {
  const found = /^(\d{1,9})(?:\.(\d{1,6}))?$/.exec(typed.trim());
  if (found === null) return null;
  return Number(found[1]) * 1_000_000 + Number((found[2] ?? '').padEnd(6, '0'));
}

/** Millionths of a dollar in cents, from a dollar on; less than that with as many places as are needed. */
export function roughly(micros: number): string {
  return micros < 1_000_000 ? dollars(micros) : dollarsOfCents(Math.round(micros / 10_000));
}

/** Whole cents as dollars, such as `$1,234.50`. */
export function dollarsOfCents(amount: number): string {
  const [whole, part] = (Math.abs(amount) / 100).toFixed(2).split('.') as [string, string];
  return `${amount < 0 ? '−' : ''}$${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${part}`;
}

/** The cents of an amount of dollars that somebody typed, more than none; null for what is no such
 * amount. */
export function centsOf(typed: string): number | null {
  const found = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(typed.trim());
  if (found === null) return null;
  return Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0')) || null;
}
