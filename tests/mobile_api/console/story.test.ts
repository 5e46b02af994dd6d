/** Causes are found in entries, also where the log leaves one out; and each stands above its cause. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { layered } from '../../../mobile_api/console/src/kit/layers.ts';
import { actionInWords, eventIn, storyOf, type Entry } from '../../../mobile_api/console/src/kit/story.ts';

const RUN = 'run_01M8ER892FYXERFS2ZJR2RY88W';
const APPROVAL = 'apr_01M8ER897A5DSCTTCDWVH5V14J';

function entry(number: number, id: string, cause: string, chain: string, subject: string, data: object = {}): Entry {
  const body = JSON.stringify({ causationid: cause, correlationid: chain, data: JSON.stringify(data) });
  return { number, event_id: id, at: '2026-11-27T14:58:48.532Z', actor: 'ada', action: `assent.${subject.split('/')[0]}.done.v1`, subject, body };
}

const ENTRIES = [
  entry(1, 'e1', 'e1', 'e1', 'plan/abc'),
  entry(2, 'e2', 'e1', 'e1', `run/${RUN}`),
  entry(3, 'e3', 'e2', 'e1', `run/${RUN}`, { approval_id: APPROVAL, plan_hash: 'a'.repeat(64) }),
  entry(5, 'e5', 'left-out', 'e1', `approval/${APPROVAL}`),
  entry(6, 'e6', 'e5', 'e1', `run/${RUN}`),
  entry(7, 'e7', 'e7', 'e7', 'agent/other'),
];
const EVENTS = ENTRIES.map((each) => eventIn(each)!);

test('an event names its own thing, and all whose ids are in its body', () => {
  assert.deepEqual(EVENTS[2]!.names, [`run/${RUN}`, `approval/${APPROVAL}`, `plan/${'a'.repeat(64)}`]);
});

test('a receipt, and a body that cannot be read, are no events', () => {
  const receipt = { ...ENTRIES[0]!, body: '{"predicate":{"run_id":"run_1"}}' };
  assert.equal(eventIn(receipt), null);
  assert.equal(eventIn({ ...receipt, body: '{' }), null);
});

test('a story has all of its chain, newest first, and nothing of others', () => {
  const found = storyOf(EVENTS, `approval/${APPROVAL}`);
  assert.deepEqual(found.map((each) => each.event.id), ['e6', 'e5', 'e3', 'e2', 'e1']);
  assert.deepEqual(found.map((each) => each.cause?.id ?? null), ['e5', 'e3', 'e2', 'e1', null]);
  assert.deepEqual(found.map((each) => each.isDirect), [true, false, true, true, true]);
});

test('a cause that nothing tells of is missing', () => {
  const [only] = storyOf([EVENTS[3]!], `approval/${APPROVAL}`);
  assert.deepEqual([only!.cause, only!.isDirect], [null, false]);
  assert.deepEqual(storyOf(EVENTS, 'run/unknown'), []);
});

test('each node stands one layer above the highest of its causes', () => {
  const before = new Map([['b', ['a']], ['c', ['a']], ['d', ['b', 'c']], ['e', ['gone']]]);
  const placed = layered(['e', 'd', 'c', 'b', 'a'], before);
  assert.deepEqual(['a', 'b', 'c', 'd', 'e'].map((each) => placed.get(each)!.layer), [0, 1, 1, 2, 0]);
  const layerOfTwo = [placed.get('b')!.place, placed.get('c')!.place].sort();
  assert.deepEqual(layerOfTwo, [0, 1]);
});

test('a circle ends, and hundreds of nodes take no time', () => {
  assert.equal(layered(['a', 'b'], new Map([['a', ['b']], ['b', ['a']]])).size, 2);
  const many = Array.from({ length: 400 }, (_, each) => String(each));
  const chain = new Map(many.slice(1).map((each, at) => [each, [many[at]!]]));
  assert.equal(layered(many, chain).get('399')!.layer, 399);
});

test('actions are in words', () => {
  assert.equal(actionInWords('assent.run.approval_needed.v1'), 'run approval needed');
  assert.equal(actionInWords('anything'), 'anything');
});
