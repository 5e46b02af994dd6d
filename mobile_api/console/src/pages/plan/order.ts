/** An order, as a form holds it and as the API takes it. */

import type { CatalogueView, CheckoutBody, Order, SubscriptionView } from '../../api/generated.ts';
import { dollarsOfCents } from '../../kit/money.ts';
import { text, type Values } from '../../kit/values.ts';
import type { FieldEntry } from '../../parts/field.tsx';
import { plan as say } from '../../words/plan.ts';
import { amountsOf } from './amounts.ts';
import { isFirst, isLive, type Bought } from './standing.ts';

const ADD_ON = 'add_ons.';
const REFERRAL = 'referral';

/** The code in the part of an address after `?`; empty where it has none. */
export function referralIn(search: string): string {
  return new URLSearchParams(search).get(REFERRAL) ?? '';
}

/** The address by which a tenant refers others: the page with its code filled in. */
export function referralAddress(page: string, code: string): string {
  return `${page}?${new URLSearchParams({ [REFERRAL]: code })}`;
}

/** What a form holds at first: what the tenant has, or the code that it was referred by. */
export function startOf(subscription: SubscriptionView, referral = ''): Values {
  const addOns = subscription.add_ons.map((each) => [ADD_ON + each.add_on, `${each.quantity}`]);
  const bought = isLive(subscription);
  return {
    plan: bought ? subscription.plan : '',
    interval: (bought && subscription.interval) || 'month',
    seats: `${bought ? subscription.seats : 1}`,
    ...(bought && Object.fromEntries(addOns)),
    ...(referral !== '' && isFirst(subscription) && { [REFERRAL]: referral }),
  };
}

/** What is asked for when somebody buys: an order, and whose code led here. Codes are written in capital letters, and
 * spaces are of whoever copied them. */
export function boughtBy(values: Values, catalogue: CatalogueView): CheckoutBody {
  const code = text(values, REFERRAL).replaceAll(/\s/g, '').toUpperCase();
  const order = orderOf(values, catalogue);
  return code === '' || order.plan === 'free' ? order : { ...order, referral: code };
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
export function fieldsOf({ plans, add_ons, referral }: CatalogueView, subscription: Bought): readonly FieldEntry[] {
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
    {
      name: REFERRAL,
      label: say.referral,
      isOptional: true,
      hint: say.referralHint(referral.percent, referral.months),
      most: 40,
      when: () => isFirst(subscription),
    },
  ];
}
