/** Charts of budgets: all bars on one scale, inside of their box. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { barsOf } from '../../../mobile_api/console/src/kit/bars.ts';

test('the largest limit has the full height, and what is held lies on what was spent', () => {
  const [one, other] = barsOf(
    [
      { spent: 25, held: 25, limit: 100 },
      { spent: 10, held: 0, limit: 50 },
    ],
    80,
    200,
  );
  assert.deepEqual(one, {
    x: 5,
    width: 30,
    spent: { y: 150, height: 50 },
    held: { y: 100, height: 50 },
    limit: 0,
  });
  assert.equal(other!.limit, 100);
  assert.equal(other!.x, 45);
});

test('what is spent beyond its limit stays in the box', () => {
  const [bar] = barsOf([{ spent: 300, held: 100, limit: 200 }], 100, 100);
  assert.deepEqual([bar!.held.y, bar!.spent.height + bar!.held.height, bar!.limit], [0, 100, 50]);
});

test('many periods share the width, and none is wider than a finger', () => {
  const all = Array.from({ length: 100 }, () => ({ spent: 1, held: 1, limit: 2 }));
  const bars = barsOf(all, 480, 100);
  const last = bars.at(-1)!;
  assert.ok(last.x + last.width <= 480);
  assert.ok(barsOf(all.slice(0, 1), 480, 100)[0]!.width <= 48);
});

test('nothing spent of nothing is no division by zero', () => {
  assert.deepEqual(barsOf([{ spent: 0, held: 0, limit: 0 }], 10, 10)[0]!.spent, { y: 10, height: 0 });
  assert.deepEqual(barsOf([], 10, 10), []);
});

test('what has no limit has no line, and its largest amount the full height', () => {
  const [bar] = barsOf([{ spent: 20, held: 0, limit: null }], 100, 100);
  assert.deepEqual([bar!.limit, bar!.spent.height], [null, 100]);
});
