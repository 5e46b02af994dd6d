/** Times by the server's clock, in words. */

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** A span as its two largest units: `23 hours 58 minutes`. Seconds; nothing is less than 0. */
export function spanInWords(seconds: number): string {
  let left = Math.max(0, Math.floor(seconds));
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
    if (parts.length === 2 || (parts.length === 1 && count === 0)) break;
  }
  return parts.join(' ') || '0 seconds';
}

// One for all, since a list would make thousands; made once it is needed, since it reads the browser's calendars.
let format: Intl.DateTimeFormat | undefined;

/** An instant as people of this browser's language and time zone write it. */
export function instantInWords(instant: string): string {
  format ??= new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return format.format(new Date(instant));
}
