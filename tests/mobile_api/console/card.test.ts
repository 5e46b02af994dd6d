/** What the card says of a plan's operations, and a server's question as a form. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Json } from '../../../mobile_api/console/src/kit/canonical.ts';
import { bytesInWords } from '../../../mobile_api/console/src/kit/sizes.ts';
import { agentIn, isFinal, operationsIn } from '../../../mobile_api/console/src/pages/card/operations.ts';
import { answerOf, questionIn } from '../../../mobile_api/console/src/pages/card/question.ts';

const add = { operation: 'assent/counter.add', effect: 'change', undo: { operation: 'assent/counter.subtract', arguments: {} } };
const pay = { operation: 'bank/transfers.make', effect: 'pay', undo: null };
const look = { operation: 'bank/accounts.read', effect: 'read', undo: null };

function planOf(...does: Json[]): Json {
  const steps = does.map((each, at) => ({ id: `step-${at}`, does: each }));
  return { format: 'assent.plan/1', agent: { name: 'payer' }, steps };
}

test('what nothing undoes is named first, wherever in the plan it lies', () => {
  const chosen = { kind: 'agent', tools: [look, pay] };
  const found = operationsIn(planOf(add, chosen, add));
  assert.deepEqual(found.map((each) => each.operation), ['bank/transfers.make', 'assent/counter.add', 'bank/accounts.read']);
  assert.deepEqual(found.map(isFinal), [true, false, false]);
  assert.equal(found[1]!.undo, 'assent/counter.subtract');
  assert.equal(agentIn(planOf(pay)), 'payer');
});

test('other contents name no operations and no agent', () => {
  for (const content of [null, 'text', [add], { steps: [{ does: pay }] }, { format: 'other', steps: [] }] as Json[]) {
    assert.deepEqual(operationsIn(content), []);
    assert.equal(agentIn(content), null);
  }
});

function asking(properties: Json, required: readonly string[] = []): Json {
  return { elicitation: { message: 'Which seat?', requested_schema: { type: 'object', required, properties } } };
}

test('each kind of field of the protocol has its input', () => {
  const question = questionIn(
    asking(
      {
        seat: { type: 'string', enum: ['a', 'w'], enumNames: ['Aisle', 'Window'], title: 'Seat' },
        meal: { type: 'string', oneOf: [{ const: 'v', title: 'Vegetarian' }] },
        name: { type: 'string', maxLength: 20, description: 'As in your passport' },
        bags: { type: 'integer', minimum: 0, maximum: 3 },
        quiet: { type: 'boolean', default: true },
        stops: { type: 'array', items: { enum: ['LIS', 'OPO'] } },
      },
      ['seat'],
    ),
  )!;
  assert.deepEqual(question.fields.map((each) => each.kind), ['choice', 'choice', 'text', 'number', 'yesno', 'choices']);
  assert.deepEqual(question.fields[0]!.options, [{ value: 'a', label: 'Aisle' }, { value: 'w', label: 'Window' }]);
  assert.deepEqual(question.fields[3]!.limits, { min: 0, max: 3, step: 1 });
  assert.equal(answerOf(question.fields, {}), null);
  assert.deepEqual(answerOf(question.fields, { seat: 'a', name: '' }), { seat: 'a' });
  assert.deepEqual(answerOf(question.fields, { seat: 'w', bags: '0', quiet: 'no', stops: ['OPO'] }), {
    seat: 'w',
    bags: 0,
    quiet: false,
    stops: ['OPO'],
  });
});

test('a question without fields is answered by nothing, and what is no form is no question', () => {
  assert.deepEqual(answerOf(questionIn(asking({}))!.fields, {}), {});
  assert.equal(questionIn(asking({ where: { type: 'object' } })), null);
  assert.equal(questionIn(asking({ where: { type: 'array', items: { type: 'string' } } })), null);
  assert.equal(questionIn({ action: 'reindex' }), null);
  assert.equal(questionIn(null), null);
});

test('sizes are in words', () => {
  assert.deepEqual([0, 1023, 1536, 10 * 1024 ** 2].map(bytesInWords), ['0 bytes', '1023 bytes', '1.5 KiB', '10.0 MiB']);
});
