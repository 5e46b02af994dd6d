import { useEffect, useState } from 'preact/hooks';

import type { QuotaUse, SubscriptionView } from '../api/generated.ts';
import { read } from '../api/call.ts';
import { isScarce, shareOf } from '../kit/quota.ts';
import { percent } from '../kit/rate.ts';
import { addressOf } from '../route.ts';
import { words } from '../words.ts';

/** Says which quotas are used by more than 80 %; nothing where none is, or where that cannot be read now. */
export function Scarce() {
  const [quotas, setQuotas] = useState<readonly QuotaUse[]>([]);
  useEffect(() => {
    read<SubscriptionView>('/v1/subscription').then((found) => setQuotas(found.quotas), () => {});
  }, []);
  const scarce = quotas.filter(isScarce);
  if (scarce.length === 0) return null;
  const shares = scarce.map((each) => words.quota.share(words.quota.names[each.meter], percent(shareOf(each) ?? 0)));
  return (
    <p>
      <a class="caution" href={addressOf('plan')}>
        {words.quota.scarce(shares)}
      </a>
    </p>
  );
}
