/** Times, money and evidence in words. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { dollars } from '../../../mobile_api/console/src/kit/money.ts';
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
