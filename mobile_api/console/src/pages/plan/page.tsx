import { useEffect, useRef } from 'preact/hooks';

import type { CatalogueView, InvoiceView, PortalView, SubscriptionView } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { dollarsOfCents } from '../../kit/money.ts';
import { instantInWords } from '../../kit/time.ts';
import { Said, useChanged } from '../../parts/changed.tsx';
import { Act } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Only } from '../../parts/only.tsx';
import { Pages } from '../../parts/pages.tsx';
import { RowLink } from '../../parts/row.tsx';
import { addressOf } from '../../route.ts';
import { words } from '../../words.ts';
import { invoices, plan as say } from '../../words/plan.ts';
import { Change } from './change.tsx';
import { Pausing } from './pausing.tsx';
import { Plans } from './plans.tsx';
import { Quotas } from './quotas.tsx';
import { Referring } from './referring.tsx';
import { holds, isLive, mayRefer, standingOf } from './standing.ts';
import { UsageByDay } from './usage.tsx';

const PAYS = ['tenant_admin'];
const BOUGHT = 'bought';
const LOOKS_EVERY_MS = 3_000;
const MOST_LOOKS = 20;

interface Found {
  readonly subscription: SubscriptionView;
  readonly catalogue: CatalogueView;
}

/** The plan, what is used of it, and how it is changed and paid for. Stripe's page leads back to `bought`, where the
 * plan that was paid for is awaited. */
export function PlanPage({ id }: { id: string }) {
  const { turn, said, changed } = useChanged();
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.plan}</h1>
      <Said turn={turn} said={said} />
      <Loaded key={turn} read={readPlan}>
        {(found, again) => (
          <>
            <p>{standingOf(found.subscription, found.catalogue)}</p>
            {id === BOUGHT && !holds(found.subscription) && <Awaited look={() => again(readPlan)} />}
            {found.subscription.waits_for !== null && (
              <p class="caution">
                {say.waits} <a href={addressOf('approvals', found.subscription.waits_for)}>{say.waitsFor}</a>
              </p>
            )}
            <h2>{say.quotas}</h2>
            <Quotas quotas={found.subscription.quotas} overage={found.catalogue.overage} />
            {found.catalogue.is_sold ? <Selling {...found} changed={changed} /> : <p>{say.notSold}</p>}
          </>
        )}
      </Loaded>
      <UsageByDay />
    </>
  );
}

async function readPlan(): Promise<Found> {
  const [subscription, catalogue] = await Promise.all([
    read<SubscriptionView>('/v1/subscription'),
    read<CatalogueView>('/v1/plans-catalogue'),
  ]);
  return { subscription, catalogue };
}

/** Looks for what was paid for, every few seconds, for a minute. */
function Awaited({ look }: { look: () => void }) {
  const looks = useRef(0);
  useEffect(() => {
    const timer = setInterval(() => {
      looks.current += 1;
      if (looks.current <= MOST_LOOKS) look();
    }, LOOKS_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return <p role="status">{say.awaited}</p>;
}

function Selling({ subscription, catalogue, changed }: Found & { changed: (said: string) => void }) {
  const isBought = isLive(subscription);
  const isByContract = catalogue.plans.some((each) => each.plan === subscription.plan && each.by_contract);
  return (
    <>
      <h2>{isBought ? say.change : say.buy}</h2>
      <Plans {...catalogue} />
      <Only roles={PAYS} may={say.acts}>
        {isByContract ? (
          <p>{say.byContract}</p>
        ) : (
          <Change subscription={subscription} catalogue={catalogue} changed={changed} key={subscription.plan} />
        )}
        {!isByContract && <Pausing subscription={subscription} changed={changed} />}
        {(isBought || subscription.status === 'canceled') && (
          <Act<PortalView>
            label={say.portal}
            send={say.openPortal}
            about={say.aboutPortal}
            request={() => ({ method: 'POST', path: '/v1/billing/portal' })}
            done={({ url }) => location.assign(url)}
          />
        )}
        {mayRefer(subscription) && <Referring offer={catalogue.referral} />}
        <h2>{invoices.title}</h2>
        <Pages<InvoiceView> path="/v1/invoices?limit=25" none={invoices.none}>
          {(each) => (
            <RowLink
              to={addressOf('invoices', each.invoice_id)}
              summary={`${invoices.one(each.number)}, ${dollarsOfCents(each.total_cents)}`}
              facts={[invoices.status[each.status], invoices.of(instantInWords(each.created_at))]}
            />
          )}
        </Pages>
      </Only>
    </>
  );
}
