/** What forms show of the API's errors, and specs as their authors write them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Json } from '../../../mobile_api/console/src/kit/canonical.ts';
import { errorsAt, errorsBeside } from '../../../mobile_api/console/src/kit/errors.ts';
import { writtenSpec } from '../../../mobile_api/console/src/kit/spec.ts';
import { yamlOf } from '../../../mobile_api/console/src/kit/yaml.ts';

const ERRORS = ['url', 'hosts.1', 'hosts_of', ''].map((field) => ({ field }));

test('an error is shown at its field, or beside all fields', () => {
  assert.deepEqual(errorsAt(ERRORS, 'url'), [{ field: 'url' }]);
  assert.deepEqual(errorsAt(ERRORS, 'hosts'), [{ field: 'hosts.1' }]);
  assert.deepEqual(errorsBeside(ERRORS, ['url', 'hosts']), [{ field: 'hosts_of' }, { field: '' }]);
});

test('a value is written as YAML of one line for each of its parts', () => {
  const value: Json = {
    name: 'desk',
    'odd: key': 1,
    lists: [],
    words: ['yes', 'No', 'null', 'a: b', 'a #b', '- a', '12', '', ' a', 'a ', 'two\nlines', "it's", 'plain words (two).'],
    nested: [{ name: 'one', all: [[1, 2], { a: null }] }, { b: true, c: -0.5 }],
    none: {},
  };
  assert.equal(
    yamlOf(value),
    `name: desk
"odd: key": 1
lists: []
words:
  - "yes"
  - "No"
  - "null"
  - "a: b"
  - "a #b"
  - "- a"
  - "12"
  - ""
  - " a"
  - "a "
  - "two\\nlines"
  - "it's"
  - plain words (two).
nested:
  - name: one
    all:
      - - 1
        - 2
      - a: null
  - b: true
    c: -0.5
none: {}
`,
  );
  assert.equal(yamlOf('yes'), '"yes"\n');
});

test('a stored spec is written without what follows from it', () => {
  const stored: Readonly<Record<string, Json>> = {
    alone_effects: ['read'],
    irreversible: [],
    mode: 'trial',
    name: 'desk',
    rights: {
      alone: [
        { confirmed: true, effect: 'draft', operation: 'cms/drafts.write', per_day: 40, undo: 'cms/drafts.restore' },
        { confirmed: false, effect: 'read', operation: 'cms/*' },
        { operation: 'cms/odd' },
      ],
      never: ['cms/users.*'],
      with_approval: [],
    },
    systems: [{ connector: 'content', name: 'cms', operations: [{ effect: 'read', name: 'articles.read' }] }],
  };
  const written = writtenSpec(stored);
  assert.deepEqual(written, {
    name: 'desk',
    systems: [{ name: 'cms', connector: 'content', operations: [{ name: 'articles.read', effect: 'read' }] }],
    rights: {
      alone: [{ operation: 'cms/drafts.write', per_day: 40 }, 'cms/*', 'cms/odd'],
      never: ['cms/users.*'],
      with_approval: [],
    },
    mode: 'trial',
  });
  assert.deepEqual(Object.keys(written), ['name', 'systems', 'rights', 'mode']);
});
