/** Quiet hours as they are typed. */

import type { QuietHoursBody } from '../../api/generated.ts';

/** The hours; null where neither end is given. Half of them is for the platform to refuse, by name. */
export function quietHoursOf(begin: string, end: string, zone: string): QuietHoursBody | null {
  return begin === '' && end === '' ? null : { begin, end, time_zone: zone };
}
