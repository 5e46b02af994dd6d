/** Which dead letters wait, by the records that the audit log has of them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BURIED, RECOVERED, waitingIn } from '../../../mobile_api/console/src/kit/dead-letters.ts';

function entry(number: number, action: string, id: string) {
  const data = {
    delivery_id: id,
    function: 'agents',
    delivered_type: 'assent.approval.vetoed.v1',
    delivered_subject: 'approval/apr_1',
    reason: 'not_found: there is no such agent',
  };
  return { number, action, at: '2026-11-27T12:00:00Z', body: JSON.stringify({ data: JSON.stringify(data) }) };
}

test('a dead letter waits until it is redelivered, and the newest comes first', () => {
  const entries = [entry(4, RECOVERED, 'dlv_1'), entry(1, BURIED, 'dlv_1'), entry(2, BURIED, 'dlv_2'), entry(3, BURIED, 'dlv_3')];
  const waiting = waitingIn(entries);
  assert.deepEqual(waiting.map((each) => each.id), ['dlv_3', 'dlv_2']);
  assert.deepEqual(waiting[0], {
    id: 'dlv_3',
    at: '2026-11-27T12:00:00Z',
    function: 'agents',
    type: 'assent.approval.vetoed.v1',
    subject: 'approval/apr_1',
    reason: 'not_found: there is no such agent',
  });
  assert.deepEqual(waitingIn([]), []);
});
