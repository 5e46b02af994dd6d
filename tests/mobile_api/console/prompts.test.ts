/** What changes between two texts, and versions of prompts as people write them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { changedLines } from '../../../mobile_api/console/src/kit/lines.ts';
import {
  contentOf,
  draftOf,
  EMPTY,
  linesOf,
  namedIn,
  valuesOf,
  variablesIn,
} from '../../../mobile_api/console/src/pages/prompts/draft.ts';

const SIGNS = { same: ' ', out: '-', in: '+' };

function told(before: string, after: string): readonly string[] {
  return changedLines(before, after).map((each) => SIGNS[each.change] + each.text);
}

test('as few lines as can be are changed, and what was there comes first', () => {
  assert.deepEqual(told('a\nb\nc', 'a\nc\nd'), [' a', '-b', ' c', '+d']);
  assert.deepEqual(told('a\nb\nc', 'a\nx\nc'), [' a', '-b', '+x', ' c']);
  assert.deepEqual(told('a', 'a'), [' a']);
  assert.deepEqual(told('a\na', 'a'), [' a', '-a']);
  assert.deepEqual(told('', 'a'), ['-', '+a']);
});

test('texts too long to be compared differ from their first to their last difference', () => {
  const long = (word: string) => Array.from({ length: 1_200 }, (_, at) => `${word} ${at}`).join('\n');
  const lines = changedLines(`first\n${long('was')}\nlast`, `first\n${long('is')}\nlast`);
  assert.equal(lines.length, 2_402);
  assert.deepEqual([lines.at(0)?.change, lines.at(1)?.change, lines.at(-2)?.change, lines.at(-1)?.change], ['same', 'out', 'in', 'same']);
});

test('two lines are shown around a change, and the others are counted', () => {
  const lines = changedLines('1\n2\n3\n4\n5\n6\n7', '1\n2\n3\n4\n5\nsix\n7');
  assert.deepEqual(
    linesOf(lines).map((each) => (typeof each === 'number' ? each : SIGNS[each.change] + each.text)),
    [3, ' 4', ' 5', '-6', '+six', ' 7'],
  );
});

test('an address names a prompt or one version of it', () => {
  assert.deepEqual(namedIn('weekly-summary'), { name: 'weekly-summary', version: null });
  assert.deepEqual(namedIn('weekly-summary@12'), { name: 'weekly-summary', version: 12 });
});

test('variables are read as they are written, and written as they are read', () => {
  const lines = 'text: string\n\nreader: {"type":"string","default":"editors"}\nplain\nbroken: {"type"';
  assert.deepEqual(variablesIn(lines), [
    ['text', 'string'],
    ['reader', { type: 'string', default: 'editors' }],
    ['plain', 'string'],
    ['broken', '{"type"'],
  ]);
  const prompt = {
    ...{ name: 'sum-up', version: 1, status: 'draft', checksum: '', written_by: 'user_1', written_at: '' } as const,
    ...{ activated_by: null, activated_at: null, deprecated_by: null, deprecated_at: null },
    messages: [{ role: 'user', content: ' two\nlines ' }] as const,
    variables: { text: { type: 'string' }, reader: { type: 'string', default: 'editors' } },
  };
  const next = draftOf(prompt, 2);
  assert.equal(next.version, '2');
  assert.deepEqual(contentOf(next), {
    messages: prompt.messages,
    variables: { text: 'string', reader: { type: 'string', default: 'editors' } },
  });
  assert.deepEqual(contentOf(EMPTY).variables, {});
});

test('a text is a value as it is typed, all else is JSON, and a default is left alone', () => {
  const variables = variablesIn('text: string\ncount: integer\nreader: {"type":"string","default":"editors"}');
  assert.deepEqual(valuesOf(variables, { text: '3', count: '3', reader: '' }), { text: '3', count: 3 });
  assert.deepEqual(valuesOf(variables, { count: 'three', reader: ' all ' }), { text: '', count: 'three', reader: ' all ' });
});
