/** What a tenant has, in words. */

import type { AddOnTaken, CatalogueView, SubscriptionView } from '../../api/generated.ts';
import { instantInWords } from '../../kit/time.ts';
import { plan as say } from '../../words/plan.ts';

export type Bought = Pick<SubscriptionView, 'plan' | 'status'>;
type Held = Bought & Pick<SubscriptionView, 'quotas' | 'entitlements'>;
type Standing = Omit<SubscriptionView, 'waits_for'>;

/** Whether there is a subscription at Stripe that can be changed. */
export function isLive({ plan, status }: Bought): boolean {
  return plan !== 'free' && status !== 'canceled';
}

/** Whether nothing was bought before, so that another tenant's code counts. */
export function isFirst({ plan, status }: Bought): boolean {
  return plan === 'free' && status !== 'canceled';
}

/** Whether the tenant pays, and so has a code of its own. */
export function mayRefer(bought: Bought): boolean {
  return isLive(bought) && bought.status === 'active';
}

/** Whether it is paid for and goes on, so that it can be paused. */
export function mayPause({ plan, status, cancel_at_period_end: ends, current_period: period }: Standing): boolean {
  return isLive({ plan, status }) && status === 'active' && !ends && period !== null;
}

/** Whether what was bought holds already: its limits follow the subscription within seconds. */
export function holds(subscription: Held): boolean {
  const { quotas, entitlements } = subscription;
  const ofMeters = quotas.filter((each) => each.meter !== 'seats');
  return isLive(subscription) && ofMeters.every((each) => each.limit === (entitlements.limits[each.meter] ?? null));
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

/** The plan and its status in one sentence. */
export function standingOf(subscription: Standing, catalogue: CatalogueView): string {
  const { plan, status, entitlements, current_period: period } = subscription;
  const what = inWords(subscription, catalogue);
  if (status === 'canceled') return say.standing.canceled;
  if (plan === 'free') return say.standing.free;
  if (status === 'paused') return say.standing.paused(what);
  if (entitlements.plan !== plan) return say.standing.unpaid(what);
  const at = (instant: string | null | undefined) => (instant ? instantInWords(instant) : '');
  if (status === 'past_due') return say.standing.past_due(what, at(subscription.past_due_since));
  if (subscription.cancel_at_period_end) return say.standing.ends(what, at(period?.end));
  if (status === 'trialing') return say.standing.trialing(what, at(subscription.trial_ends_at));
  return say.standing.active(what, at(period?.end));
}
