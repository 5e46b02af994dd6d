/** Times, money and evidence in words. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { dollars, microsOf } from '../../../mobile_api/console/src/kit/money.ts';
import { percent } from '../../../mobile_api/console/src/kit/rate.ts';
import { clipped } from '../../../mobile_api/console/src/kit/text.ts';
import { spanInWords } from '../../../mobile_api/console/src/kit/time.ts';
import { readEvidence } from '../../../mobile_api/console/src/pages/card/evidence.ts';

test('a span has its two largest units', () => {
  assert.equal(spanInWords(23 * 3600 + 58 * 60 + 59), '23 hours 58 minutes');
  assert.equal(spanInWords(86_400), '1 day');
  assert.equal(spanInWords(86_400 + 59), '1 day');
  assert.equal(spanInWords(61), '1 minute 1 second');
  assert.equal(spanInWords(-5), '0 seconds');
});

test('money has as many places as it needs', () => {
  assert.equal(dollars(5_000_000), '$5.00');
  assert.equal(dollars(1_500), '$0.0015');
  assert.equal(dollars(1), '$0.000001');
});

test('what has changed is told from all other evidence', () => {
  const change = { since: 'x', changed: [{ path: '/a', was: 1, is: 2 }] };
  const { difference, others } = readEvidence([{ run: 'run_1' }, change]);
  assert.deepEqual(difference, { changed: [{ path: '/a', was: 1, is: 2 }], more: 0 });
  assert.deepEqual(others, [{ run: 'run_1' }]);
  assert.equal(readEvidence(['the ward asked']).difference, null);
});

test('an amount that is typed is exact to the millionth, or none', () => {
  assert.equal(microsOf('12.50'), 12_500_000);
  assert.equal(microsOf(' 0.000001 '), 1);
  assert.equal(microsOf('4.1'), 4_100_000);
  for (const typed of ['', '1.', '.5', '-1', '1e3', '1,5', '0.0000001', '12 dollars']) assert.equal(microsOf(typed), null);
});

test('a share in percent has one place where that says more', () => {
  assert.deepEqual([percent(0), percent(1), percent(1 / 3), percent(0.005)], ['0 %', '100 %', '33.3 %', '0.5 %']);
});

test('a text that is cut keeps its beginning and its end', () => {
  assert.equal(clipped('service:agents', 15), 'service:agents');
  assert.equal(clipped('user_01M8F6FRTK979WKKETNRSEFGGD', 15), 'user_01M8F…FGGD');
  assert.equal(clipped('user_01M8F6FRTK979WKKETNRSEFGGD', 15).length, 15);
});
