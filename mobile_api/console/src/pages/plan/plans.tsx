import type { CatalogueView, OfferView, PriceView } from '../../api/generated.ts';
import { Pairs } from '../../parts/pairs.tsx';
import { words } from '../../words.ts';
import { plan as say } from '../../words/plan.ts';
import { amountOf, amountsOf } from './amounts.ts';

const METERS = ['executions', 'tokens', 'api_calls', 'storage'] as const;

/** What each plan costs and has. */
export function Plans({ plans, features }: CatalogueView) {
  const summaries = new Map(features.map((each) => [each.feature, each.summary]));
  return (
    <details>
      <summary>{say.all}</summary>
      <div class="plans">
        {plans.map((each) => (
          <section key={each.plan}>
            <h3>{each.name}</h3>
            <Pairs
              of={[
                [say.month, priceOf(each, each.month)],
                [say.year, each.year && priceOf(each, each.year)],
                [words.quota.names.seats, each.most_seats ?? say.without],
                ...METERS.map((meter) => [words.quota.names[meter], limitOf(each, meter)] as const),
              ]}
            />
            <ul>
              {each.features.map((feature) => (
                <li>{summaries.get(feature)}</li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </details>
  );
}

function priceOf({ by_contract }: OfferView, price: PriceView | null): string {
  const said = price === null ? say.nothing : amountsOf(price);
  return by_contract ? say.byAsking(said) : said;
}

function limitOf({ limits }: OfferView, meter: (typeof METERS)[number]): string {
  const limit = limits[meter];
  return limit === undefined ? say.without : amountOf(meter, limit);
}
