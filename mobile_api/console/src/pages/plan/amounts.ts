/** Prices, and amounts of meters, in words. */

import type { PriceView, QuotaUse } from '../../api/generated.ts';
import { dollarsOfCents } from '../../kit/money.ts';
import { bytesInWords } from '../../kit/sizes.ts';
import { plan as say } from '../../words/plan.ts';

/** A price in words, for whatever interval it is. */
export function amountsOf({ flat, per_seat }: PriceView): string {
  return say.price(flat > 0 ? dollarsOfCents(flat) : null, per_seat > 0 ? dollarsOfCents(per_seat) : null);
}

/** An amount of a meter: files in bytes, all else as a number. */
export function amountOf(meter: QuotaUse['meter'], amount: number): string {
  return meter === 'storage' ? bytesInWords(amount) : amount.toLocaleString();
}
