import type { OverageView, QuotaUse } from '../../api/generated.ts';
import { dollarsOfCents } from '../../kit/money.ts';
import { isScarce, shareOf } from '../../kit/quota.ts';
import { percent } from '../../kit/rate.ts';
import { instantInWords } from '../../kit/time.ts';
import { Share } from '../../parts/share.tsx';
import { words } from '../../words.ts';
import { plan as say } from '../../words/plan.ts';
import { amountOf } from './amounts.ts';

/** What is used beside each quota, when it is counted anew, and what happens at its limit. */
export function Quotas({ quotas, overage }: { quotas: readonly QuotaUse[]; overage: readonly OverageView[] }) {
  return (
    <ul class="rows">
      {quotas.map((each) => (
        <li class="row" key={each.meter}>
          <Quota quota={each} overage={overage} />
        </li>
      ))}
    </ul>
  );
}

function Quota({ quota, overage }: { quota: QuotaUse; overage: readonly OverageView[] }) {
  const { meter, used, limit, resets_at } = quota;
  const name = words.quota.names[meter];
  const share = shareOf(quota);
  return (
    <>
      <span class="summary">{name}</span>
      {share !== null && <Share of={[{ label: name, share, isScarce: isScarce(quota) }]} />}
      <span class="facts">
        <span class={isScarce(quota) ? 'caution' : undefined}>
          {limit === null || share === null
            ? say.noLimit(amountOf(meter, used))
            : say.used(amountOf(meter, used), amountOf(meter, limit), percent(share))}
        </span>
        {resets_at !== null && <span>{say.resets(instantInWords(resets_at))}</span>}
      </span>
      <small>{limit !== null && atLimit(quota, overage)}</small>
    </>
  );
}

function atLimit({ meter, stops }: QuotaUse, overage: readonly OverageView[]): string | undefined {
  if (stops) return say.stops[meter];
  const price = overage.find((each) => each.meter === meter);
  return price && say.goesOn(dollarsOfCents(price.cents), say.per[price.meter](amountOf(meter, price.per), price.per === 1));
}
