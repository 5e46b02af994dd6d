/** Plans: orders, quotas, and usage by day. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { CatalogueView, SubscriptionView } from '../../../mobile_api/console/src/api/generated.ts';
import { daysOf, monthsUntil } from '../../../mobile_api/console/src/kit/days.ts';
import { dollarsOfCents } from '../../../mobile_api/console/src/kit/money.ts';
import { isScarce, shareOf } from '../../../mobile_api/console/src/kit/quota.ts';
import { eventOf, slabOf } from '../../../mobile_api/console/src/kit/slab.ts';
import { instantInWords } from '../../../mobile_api/console/src/kit/time.ts';
import { boughtBy, fieldsOf, orderOf, referralAddress, referralIn, startOf } from '../../../mobile_api/console/src/pages/plan/order.ts';
import { holds, inWords, isLive, mayPause, mayRefer, standingOf } from '../../../mobile_api/console/src/pages/plan/standing.ts';

const ADD_ONS = [
  { add_on: 'tokens', name: 'More tokens', month_cents: 100, plans: ['pro', 'team'], adds: {}, features: [] },
  { add_on: 'capacity', name: 'More of all', month_cents: 200, plans: ['team'], adds: {}, features: [] },
];
const CATALOGUE = { add_ons: ADD_ONS, plans: [], referral: { percent: 20, months: 3 } } as unknown as CatalogueView;
const BOUGHT = {
  plan: 'pro',
  status: 'active',
  seats: 3,
  interval: 'year',
  add_ons: [{ add_on: 'tokens', quantity: 2 }],
} as unknown as SubscriptionView;

test('an order that nobody changed is what the tenant has', () => {
  assert.deepEqual(orderOf(startOf(BOUGHT), CATALOGUE), {
    plan: 'pro',
    interval: 'year',
    seats: 3,
    add_ons: [{ add_on: 'tokens', quantity: 2 }],
  });
});

test('an add-on that the chosen plan does not take is not ordered, and Free is ordered alone', () => {
  const values = { plan: 'pro', interval: 'month', seats: '1', 'add_ons.capacity': '1', 'add_ons.tokens': '' };
  assert.deepEqual(orderOf(values, CATALOGUE).add_ons, []);
  assert.deepEqual(orderOf({ ...values, plan: 'team' }, CATALOGUE).add_ons, [{ add_on: 'capacity', quantity: 1 }]);
  assert.deepEqual(orderOf({ ...values, plan: 'free' }, CATALOGUE), { plan: 'free' });
});

test('a plan that was canceled is bought anew', () => {
  assert.equal(isLive(BOUGHT), true);
  assert.equal(isLive({ ...BOUGHT, status: 'canceled' }), false);
  assert.equal(isLive({ ...BOUGHT, plan: 'free' }), false);
  assert.deepEqual(startOf({ ...BOUGHT, status: 'canceled' }), { plan: '', interval: 'month', seats: '1' });
});

test('a code is asked for once, of whoever never bought anything', () => {
  const asks = (changed: object) =>
    fieldsOf(CATALOGUE, { ...BOUGHT, ...changed }).some((each) => each.name === 'referral' && each.when!({ plan: 'pro' }));
  assert.equal(asks({ plan: 'free' }), true);
  for (const each of [{}, { status: 'trialing' }, { status: 'canceled' }, { plan: 'free', status: 'canceled' }]) {
    assert.equal(asks(each), false);
  }
});

test('a code goes with the order, however it was copied, and not where it is empty', () => {
  const values = { plan: 'pro', interval: 'month', seats: '1', referral: '' };
  const order = orderOf(values, CATALOGUE);
  assert.deepEqual(boughtBy(values, CATALOGUE), order);
  assert.deepEqual(boughtBy({ ...values, referral: ' 0abc defg\t12345678 ' }, CATALOGUE), { ...order, referral: '0ABCDEFG12345678' });
  assert.deepEqual(boughtBy({ ...values, plan: 'free', referral: '0ABCDEFG12345678' }, CATALOGUE), { plan: 'free' });
});

test('the address of a code fills it in where it counts', () => {
  const address = new URL(referralAddress('https://assent.example/console/plan', '0ABCDEFG12345678'));
  assert.equal(address.pathname, '/console/plan');
  const code = referralIn(address.search);
  assert.equal(code, '0ABCDEFG12345678');
  assert.equal(startOf({ ...BOUGHT, plan: 'free' }, code).referral, code);
  assert.equal('referral' in startOf(BOUGHT, code), false);
  assert.equal(referralIn(''), '');
});

test('who pays refers others, and a trial does not', () => {
  assert.equal(mayRefer(BOUGHT), true);
  for (const each of [{ status: 'trialing' }, { status: 'canceled' }, { plan: 'free' }]) {
    assert.equal(mayRefer({ ...BOUGHT, ...each } as SubscriptionView), false);
  }
});

test('what is paid for and goes on can be paused', () => {
  const paid = { ...BOUGHT, cancel_at_period_end: false, current_period: { start: '', end: '' } };
  assert.equal(mayPause(paid), true);
  const others = [{ cancel_at_period_end: true }, { status: 'trialing' }, { status: 'paused' }, { plan: 'free' }, { current_period: null }];
  for (const each of others) assert.equal(mayPause({ ...paid, ...each } as SubscriptionView), false);
});

test('what was bought holds once its limits do, whatever the seats are', () => {
  const entitlements = { limits: { tokens: 500 } } as never;
  const quota = { used: 0, stops: false, resets_at: null };
  const quotas = (limit: number) => [{ ...quota, meter: 'tokens', limit }, { ...quota, meter: 'seats', limit: 3 }] as never;
  assert.equal(holds({ ...BOUGHT, entitlements, quotas: quotas(100) }), false);
  assert.equal(holds({ ...BOUGHT, entitlements, quotas: quotas(500) }), true);
});

test('a plan is said with its seats and its add-ons', () => {
  assert.equal(inWords(BOUGHT, CATALOGUE), 'Pro with 3 seats, paid by the year and 2 × More tokens');
  assert.equal(inWords({ plan: 'team', seats: 1, interval: 'month' }, CATALOGUE), 'Team with 1 seat, paid by the month');
});

test('a quota is scarce beyond 80 %, seats never, and what has no limit neither', () => {
  assert.deepEqual([shareOf({ used: 5, limit: 10 }), shareOf({ used: 5, limit: null }), shareOf({ used: 0, limit: 0 })], [0.5, null, 1]);
  assert.equal(isScarce({ used: 80, limit: 100 }), false);
  assert.equal(isScarce({ used: 81, limit: 100 }), true);
  assert.equal(isScarce({ meter: 'seats', used: 5, limit: 5 }), false);
  assert.equal(isScarce({ used: 81, limit: null }), false);
});

test('days without use have their place among the others', () => {
  const sums = [
    { since: '2026-11-30T00:00:00.000Z', quantity: 2 },
    { since: '2026-11-28T00:00:00.000Z', quantity: 5 },
  ];
  assert.deepEqual(daysOf(sums, '2026-11-28T00:00:00Z', '2026-11-30T13:00:00Z'), [
    { day: '2026-11-28', quantity: 5 },
    { day: '2026-11-29', quantity: 0 },
    { day: '2026-11-30', quantity: 2 },
  ]);
  assert.deepEqual(daysOf([], '2026-12-01T00:00:00Z', '2026-12-01T00:00:00Z'), []);
});

test('months are those of UTC, across the end of a year', () => {
  const [one, other] = monthsUntil(Date.parse('2027-01-31T23:30:00Z'), 2);
  assert.deepEqual(one, { name: '2027-01', from: '2027-01-01T00:00:00.000Z', to: '2027-02-01T00:00:00.000Z' });
  assert.equal(other!.name, '2026-12');
});

test('cents are dollars, and credits are below zero', () => {
  assert.deepEqual([dollarsOfCents(178_800), dollarsOfCents(-500), dollarsOfCents(0)], ['$1,788.00', '−$5.00', '$0.00']);
});

test('each standing has its sentence, with the instant that matters', () => {
  const [end, trial, failed] = ['2026-12-01T00:00:00Z', '2026-12-05T00:00:00Z', '2026-11-20T00:00:00Z'];
  const all = {
    ...BOUGHT,
    entitlements: { plan: 'pro' },
    current_period: { start: end, end },
    cancel_at_period_end: false,
    trial_ends_at: trial,
    past_due_since: failed,
  } as unknown as SubscriptionView;
  const said = (changed: object) => standingOf({ ...all, ...changed } as SubscriptionView, CATALOGUE);
  const renews = `paid until ${instantInWords(end)} and renews`;
  assert.ok(said({}).includes(renews));
  assert.ok(said({ status: 'trialing' }).includes(`from ${instantInWords(trial)} on`));
  assert.ok(said({ cancel_at_period_end: true }).includes(`until ${instantInWords(end)}, and Free`));
  assert.ok(said({ status: 'past_due' }).includes(`failed on ${instantInWords(failed)}`));
  assert.ok(said({ status: 'past_due', entitlements: { plan: 'free' } }).includes('has what Free has until that is paid'));
  assert.ok(said({ status: 'paused', entitlements: { plan: 'free' } }).includes('is paused'));
  assert.ok(said({ status: 'canceled', plan: 'pro' }).includes('ended'));
  assert.ok(said({ plan: 'free' }).includes('costs nothing'));
});

test('the text of a slab, and of each event in it, is taken apart', () => {
  assert.deepEqual(slabOf(`7\ttokens_in\t1200\t3\t${'0'.repeat(64)}`), { number: 7, quantity: 1_200, events: 3 });
  const line = '12\trct_1\t1795176000000\tagt_gala\ttokens_in=100,tokens_out=20';
  const told = { id: 'rct_1', at: 1_795_176_000_000, subject: 'agt_gala' };
  assert.deepEqual(eventOf(line, 'tokens_out'), { ...told, quantity: 20 });
  assert.deepEqual(eventOf(line, 'tokens'), { ...told, quantity: null });
});
