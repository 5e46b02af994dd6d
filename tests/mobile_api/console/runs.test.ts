/** What can be done to a run as it stands, and what happened beside what was predicted. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { PlanView, RunEvent, StepView } from '../../../mobile_api/console/src/api/generated.ts';
import { EVERYTHING, pathOf } from '../../../mobile_api/console/src/pages/audit/search.ts';
import { verbsFor, type Run } from '../../../mobile_api/console/src/pages/runs/commands.ts';
import { outcomesOf } from '../../../mobile_api/console/src/pages/runs/outcomes.ts';

const RUN: Run = {
  run_id: 'run_1',
  status: 'running',
  stopping: null,
  parent_run_id: null,
  replay_of: null,
  is_undone: false,
  done: 1,
};

test('what is of use follows from where the run stands', () => {
  const cases: [Partial<Run>, string[]][] = [
    [{}, ['pause', 'cancel']],
    [{ status: 'awaiting_approval' }, ['pause', 'cancel']],
    [{ stopping: 'pause' }, ['cancel']],
    [{ stopping: 'cancel' }, []],
    [{ status: 'paused' }, ['resume', 'cancel', 'undo', 'replay']],
    [{ status: 'failed' }, ['retry', 'cancel', 'undo', 'replay']],
    [{ status: 'failed', done: 0 }, ['retry', 'cancel', 'replay']],
    [{ status: 'completed' }, ['undo', 'replay']],
    [{ status: 'completed', is_undone: true }, ['replay']],
    [{ status: 'failed', replay_of: 'run_0' }, ['cancel']],
    [{ status: 'completed', replay_of: 'run_0' }, []],
    [{ parent_run_id: 'run_0' }, []],
  ];
  for (const [changed, verbs] of cases) assert.deepEqual(verbsFor({ ...RUN, ...changed }), verbs, JSON.stringify(changed));
});

function step(name: string, more: Partial<StepView> = {}): StepView {
  return { step: name, iteration: null, turn: null, ...more } as StepView;
}

const PLAN = {
  content: { steps: [{ id: 'count' }, { id: 'correct' }] },
  prediction: { steps: [{ step: 'count' }, { step: 'correct' }] },
} as unknown as PlanView;

test('predictions stand beside their steps, and steps that were not reached come last', () => {
  const rows = outcomesOf([step('count'), step('count', { iteration: 0 })], PLAN, []);
  assert.deepEqual(rows.map((each) => [each.step, each.view !== null, each.predicted !== null]), [
    ['count', true, true],
    ['count', true, false],
    ['correct', false, true],
  ]);
  assert.equal(outcomesOf([step('count')], null, []).length, 1);
});

test('receipts stand beside the call that they are of, in the order of its attempts', () => {
  const names = [
    { receipt_id: 'rct_1', step: 'count', iteration: null, outcome: 'refused' },
    { receipt_id: 'rct_2', step: 'count', iteration: 0, outcome: 'confirmed' },
    { receipt_id: 'rct_3', step: null, iteration: null, outcome: 'confirmed' },
  ];
  const later = [{ receipt_id: 'rct_4', step: 'count', iteration: null, outcome: 'confirmed' }];
  const events = [{ receipts: names }, { receipts: later }] as unknown as RunEvent[];
  const rows = outcomesOf([step('count'), step('count', { iteration: 0 })], null, events);
  assert.deepEqual(rows.map((each) => each.receipts.map((receipt) => receipt.receipt_id)), [['rct_1', 'rct_4'], ['rct_2']]);
});

test('a search asks for what was typed, and nothing else', () => {
  assert.equal(pathOf(EVERYTHING), '/v1/audit/entries?limit=50');
  const path = pathOf({ ...EVERYTHING, subject: 'run/run_1', from: '2026-11-27T10:00' });
  const query = new URL(path, 'http://localhost').searchParams;
  assert.equal(query.get('subject'), 'run/run_1');
  assert.equal(query.get('from'), new Date('2026-11-27T10:00').toISOString());
  assert.equal(query.has('actor'), false);
});
