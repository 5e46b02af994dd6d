/** An order, as a form holds it and as the API takes it; and what a tenant has, in words. */

import type { AddOnTaken, CatalogueView, Order, SubscriptionDetail, SubscriptionView } from '../../api/generated.ts';
import { dollarsOfCents } from '../../kit/money.ts';
import { text, type Values } from '../../kit/values.ts';
import type { FieldEntry } from '../../parts/field.tsx';
import { plan as say } from '../../words/plan.ts';
import { amountsOf } from './amounts.ts';

const ADD_ON = 'add_ons.';

type Bought = Pick<SubscriptionView, 'plan' | 'status'>;
type Held = Bought & Pick<SubscriptionDetail, 'quotas' | 'entitlements'>;

/** Whether there is a subscription at Stripe that can be changed. */
export function isLive({ plan, status }: Bought): boolean {
  return plan !== 'free' && status !== 'canceled';
}

/** Whether what was bought holds already: its limits follow the subscription within seconds. */
export function holds(subscription: Held): boolean {
  const { quotas, entitlements } = subscription;
  const ofMeters = quotas.filter((each) => each.meter !== 'seats');
  return isLive(subscription) && ofMeters.every((each) => each.limit === (entitlements.limits[each.meter] ?? null));
}

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

interface Ordered {
  readonly plan: SubscriptionView['plan'];
  readonly seats?: number | null;
  readonly interval?: SubscriptionView['interval'];
  readonly add_ons?: readonly AddOnTaken[];
}

/** A plan with its seats and its add-ons in words. */
export function inWords({ plan, seats, interval, add_ons = [] }: Ordered, catalogue: CatalogueView): string {
  const nameOf = (add_on: string) => catalogue.add_ons.find((each) => each.add_on === add_on)?.name ?? add_on;
  const more = add_ons.map((each) => `${each.quantity} × ${nameOf(each.add_on)}`);
  return say.bought(say.names[plan], seats ?? 1, interval ?? null) + say.addOns(more);
}
