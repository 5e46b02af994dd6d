/** A precedent from its form: fields of an example, values as they are typed, steps that are whole. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { leavesOf, typedOf, valueOf } from '../../../mobile_api/console/src/kit/conditions.ts';
import { bodyOf, EMPTY, isWhole, lineOf } from '../../../mobile_api/console/src/pages/precedents/draft.ts';

const DRAFT = {
  ...EMPTY,
  title: ' Public education ',
  domain: 'GEN',
  kind: 'constitutional',
  conditions: [
    { field: ' content.industry ', op: 'eq', value: 'healthcare' },
    { field: 'content.skills', op: 'subset_of', value: '["research","draft"]' },
    { field: 'content.note', op: 'exists', value: '' },
  ],
  rationale: 'x'.repeat(100),
};

test('the fields of a content are the ones that conditions can name', () => {
  const content = { a: 1, b: { c: ['x', 'y'], 'd.e': 2 }, f: [{ g: 1 }], h: [], i: null };
  assert.deepEqual(leavesOf(content), [
    { field: 'content.a', value: 1 },
    { field: 'content.b.c', value: ['x', 'y'] },
    { field: 'content.i', value: null },
  ]);
  assert.equal(leavesOf(Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`f${n}`, n]))).length, 200);
});

test('what is typed for a value gives that value again', () => {
  for (const value of ['healthcare', '12', 'true', '"quoted"', 12, true, null, ['a', 'b'], '', ' spaced ']) {
    assert.deepEqual(valueOf(typedOf(value)), value);
  }
  assert.equal(typedOf('healthcare'), 'healthcare');
  assert.equal(valueOf('[not json'), '[not json');
});

test('a list of an example must have only what the example has', () => {
  assert.deepEqual(lineOf({ field: 'content.skills', value: ['draft'] }), {
    field: 'content.skills',
    op: 'subset_of',
    value: '["draft"]',
  });
});

test('the body has what the API takes, and no example that was not chosen', () => {
  assert.deepEqual(bodyOf(DRAFT), {
    title: 'Public education',
    domain: 'GEN',
    kind: 'constitutional',
    max_risk: 'low',
    conditions: [
      { field: 'content.industry', op: 'eq', value: 'healthcare' },
      { field: 'content.skills', op: 'subset_of', value: ['research', 'draft'] },
      { field: 'content.note', op: 'exists', value: true },
    ],
    rationale: 'x'.repeat(100),
  });
  assert.equal(bodyOf({ ...DRAFT, example: 'apr_1' })['example_approval_id'], 'apr_1');
});

test('no step is left before it is whole', () => {
  assert.ok([0, 1, 2, 3].every((step) => isWhole(DRAFT, step)));
  assert.ok(!isWhole({ ...DRAFT, title: ' ' }, 0));
  assert.ok(!isWhole({ ...DRAFT, conditions: [] }, 1));
  assert.ok(!isWhole({ ...DRAFT, rationale: ` ${'x'.repeat(99)} ` }, 2));
});
