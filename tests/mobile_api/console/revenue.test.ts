import assert from 'node:assert/strict';
import { test } from 'node:test';

import { dollarsOfCents, centsOf, roughly } from '../../../mobile_api/console/src/kit/money.ts';
import { share } from '../../../mobile_api/console/src/kit/rate.ts';
import { waterfallOf } from '../../../mobile_api/console/src/kit/waterfall.ts';

test('cents are dollars with two places and separated thousands', () => {
  const said = [0, 5, 4_900, 123_456_789, -14_700].map(dollarsOfCents);
  assert.deepEqual(said, ['$0.00', '$0.05', '$49.00', '$1,234,567.89', '−$147.00']);
});

test('what costs a dollar or more is told in cents', () => {
  assert.deepEqual([131, 999_900, 8_458_470].map(roughly), ['$0.000131', '$0.9999', '$8.46']);
});

test('only an amount above nothing with two places at most is one', () => {
  assert.deepEqual(['250', '99.5', ' 0.01 '].map(centsOf), [25_000, 9_950, 1]);
  assert.deepEqual(['', '0', '-1', '1.234', '1e3', '1,000', 'x', '12345678'].map(centsOf), Array(8).fill(null));
});

test('hundredths of a percent are percent', () => {
  assert.deepEqual([10_000, 9_512, -250].map(share), ['100 %', '95.1 %', '-2.5 %']);
});

test('gains stand on the line and losses hang from it, on one scale', () => {
  const { columns, base } = waterfallOf([{ gained: 30, lost: 0 }, { gained: 10, lost: 10 }], 100, 40);
  assert.equal(base, 30);
  assert.deepEqual(columns.map((each) => each.gained), [{ y: 0, height: 30 }, { y: 20, height: 10 }]);
  assert.deepEqual(columns.map((each) => each.lost), [{ y: 30, height: 0 }, { y: 30, height: 10 }]);
  assert.deepEqual(columns.map((each) => each.x), [6.25, 56.25]);
});

test('where nothing moved the line is at the bottom', () => {
  const { columns, base } = waterfallOf([{ gained: 0, lost: 0 }], 100, 40);
  assert.equal(base, 40);
  assert.deepEqual(columns[0]!.gained, { y: 40, height: 0 });
  assert.equal(waterfallOf([], 100, 40).columns.length, 0);
});
