import type { CatalogueView, OfferView, PriceView } from '../../api/generated.ts';
import { dollarsOfCents } from '../../kit/money.ts';
import { Table } from '../../parts/table.tsx';
import { plan as say } from '../../words/plan.ts';
import { amountOf } from './quotas.tsx';

const METERS = ['executions', 'tokens', 'api_calls', 'storage'] as const;

/** What each plan costs and has. */
export function Plans({ plans, features }: CatalogueView) {
  const summaries = new Map(features.map((each) => [each.feature, each.summary]));
  return (
    <details>
      <summary>{say.all}</summary>
      <Table
        label={say.all}
        heads={say.heads}
        rows={plans.map((each) => [
          each.name,
          priceOf(each, each.month),
          each.by_contract ? '' : priceOf(each, each.year),
          each.most_seats ?? say.without,
          ...METERS.map((meter) => limitOf(each, meter)),
          <ul>
            {each.features.map((feature) => (
              <li>{summaries.get(feature)}</li>
            ))}
          </ul>,
        ])}
      />
    </details>
  );
}

/** The price of a plan for an interval; of one by contract the least. */
export function priceOf({ by_contract }: OfferView, price: PriceView | null): string {
  const cents = (amount: number | undefined) => (amount ? dollarsOfCents(amount) : null);
  const said = say.price(cents(price?.flat), cents(price?.per_seat));
  return by_contract ? say.byAsking(said) : said;
}

function limitOf({ limits }: OfferView, meter: (typeof METERS)[number]): string {
  const limit = limits[meter];
  return limit === undefined ? say.without : amountOf(meter, limit);
}
