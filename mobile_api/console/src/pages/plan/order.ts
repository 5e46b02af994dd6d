/** An order, as a form holds it and as the API takes it. */

import type { CatalogueView, Order, SubscriptionView } from '../../api/generated.ts';
import { dollarsOfCents } from '../../kit/money.ts';
import { text, type Values } from '../../kit/values.ts';
import type { FieldEntry } from '../../parts/field.tsx';
import { plan as say } from '../../words/plan.ts';
import { amountsOf } from './amounts.ts';
import { isLive, type Bought } from './standing.ts';

const ADD_ON = 'add_ons.';

/** What a form holds at first: what the tenant has. */
export function startOf(subscription: SubscriptionView): Values {
  const addOns = subscription.add_ons.map((each) => [ADD_ON + each.add_on, `${each.quantity}`]);
  const bought = isLive(subscription);
  return {
    plan: bought ? subscription.plan : '',
    interval: (bought && subscription.interval) || 'month',
    seats: `${bought ? subscription.seats : 1}`,
    ...(bought && Object.fromEntries(addOns)),
  };
}

/** What the API is asked for. Add-ons that the chosen plan does not take are left out. */
export function orderOf(values: Values, { add_ons }: CatalogueView): Order {
  const plan = text(values, 'plan') as Order['plan'];
  if (plan === 'free') return { plan };
  const taken = add_ons
    .filter((each) => each.plans.includes(plan))
    .map(({ add_on }) => ({ add_on, quantity: Number(text(values, ADD_ON + add_on) || 0) }))
    .filter((each) => each.quantity !== 0);
  const interval = text(values, 'interval') as NonNullable<Order['interval']>;
  return { plan, interval, seats: Number(text(values, 'seats')), add_ons: taken };
}

/** What an order's form asks. */
export function fieldsOf({ plans, add_ons }: CatalogueView, subscription: Bought): readonly FieldEntry[] {
  const offered = plans.filter((each) => !each.by_contract && (isLive(subscription) || each.plan !== 'free'));
  const isPaid = (values: Values) => !['', 'free'].includes(text(values, 'plan'));
  return [
    { name: 'plan', label: say.plan, kind: 'one', options: offered.map((each) => [each.plan, say.option(each.name, each.month && amountsOf(each.month))]) },
    { name: 'interval', label: say.interval, kind: 'one', options: say.intervals, when: isPaid },
    { name: 'seats', label: say.seats, kind: 'number', hint: say.seatsHint, when: isPaid },
    ...add_ons.map(
      (each): FieldEntry => ({
        name: ADD_ON + each.add_on,
        label: say.addOn(each.name),
        kind: 'number',
        isOptional: true,
        hint: say.addOnHint(dollarsOfCents(each.month_cents)),
        when: (values) => each.plans.some((plan) => plan === text(values, 'plan')),
      }),
    ),
  ];
}
