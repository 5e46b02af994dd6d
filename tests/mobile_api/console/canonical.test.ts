/** What the console hashes is what the platform hashes: the vectors of RFC 8785 and its rules. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { canonical, contentHash, type Json } from '../../../mobile_api/console/src/kit/canonical.ts';

const WRITTEN: readonly [Json, string][] = [
  [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
  [[333333333.33333329, 1e30, 4.5, 2e-3, 1e-27], '[333333333.3333333,1e+30,4.5,0.002,1e-27]'],
  [{ '\u20ac': 'Euro', '\r': 'CR', '\ufb33': 'Hebrew', '1': 'One', '\u{1f600}': 'Smile', '\u0080': 'C' },
    '{"\\r":"CR","1":"One","\u0080":"C","\u20ac":"Euro","\u{1f600}":"Smile","\ufb33":"Hebrew"}'],
  [-0, '0'],
  ['\u000f\n"\\/', '"\\u000f\\n\\"\\\\/"'],
  [{}, '{}'],
];

test('values are written as RFC 8785 says', () => {
  for (const [value, text] of WRITTEN) assert.equal(canonical(value), text);
});

test('what has no canonical form is refused', () => {
  assert.throws(() => canonical('\ud800'), /lone surrogate/);
  assert.throws(() => canonical({ '\udc00': 1 }), /lone surrogate/);
  assert.throws(() => canonical(Number.NaN), /not finite/);
});

test('a hash is of the bytes in UTF-8', async () => {
  assert.equal(
    await contentHash({ action: 'reindex' }),
    '369755ab4a00e62d312a06d2d774ffe5ea809c2fe38f889976e618ff8f436ca6',
  );
});
