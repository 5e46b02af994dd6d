import { useState } from 'preact/hooks';

import type { ReferralOfferView, ReferralView } from '../../api/generated.ts';
import { Act } from '../../parts/form.tsx';
import { Secret } from '../../parts/secret.tsx';
import { addressOf } from '../../route.ts';
import { plan as say } from '../../words/plan.ts';
import { referralAddress } from './order.ts';

/** The code that the tenant refers others by, once somebody asks for it, and the address that fills it in. */
export function Referring({ offer }: { offer: ReferralOfferView }) {
  const [code, setCode] = useState<string>();
  return (
    <>
      <Act<ReferralView>
        label={say.refer}
        send={say.showCode}
        about={say.aboutRefer(offer.percent, offer.months)}
        request={() => ({ method: 'POST', path: '/v1/billing/referral' })}
        done={(found) => setCode(found.code)}
      />
      <div role="status">
        {code !== undefined && (
          <>
            <Secret about={say.yourCode} secret={code} />
            <Secret about={say.yourAddress} secret={referralAddress(location.origin + addressOf('plan'), code)} />
          </>
        )}
      </div>
    </>
  );
}
