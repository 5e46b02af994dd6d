/** Bodies and statements of decisions, as docs/contracts.md has them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { canonical, contentHash, sha256, type Json } from '../../../mobile_api/console/src/kit/canonical.ts';
import { bodyOf, challengeOf, needsPasskey, type Choice } from '../../../mobile_api/console/src/pages/card/decision.ts';

const HASH = '0'.repeat(64);
const ID = '5f0c2f0e-8f9c-4f5e-9a53-000000000001';
const APPROVE: Choice = { verb: 'approve', id: ID, words: 'read it', category: null };
const VETO: Choice = { verb: 'veto', id: ID, words: 'not like this', category: 'safety' };

test('a body names the content, the decision and its words', () => {
  assert.deepEqual(bodyOf(APPROVE, HASH), { decision_hash: HASH, client_decision_id: ID, note: 'read it' });
  assert.deepEqual(bodyOf(VETO, HASH), {
    decision_hash: HASH,
    client_decision_id: ID,
    reason_category: 'safety',
    explanation: 'not like this',
  });
});

test('a passkey signs all that was chosen', async () => {
  const about = { tenant: 'clinic', approvalId: 'apr_1', decisionHash: HASH };
  const choices = { note: 'read it', until: null, to: null, grounds: null };
  const statement = {
    v: 1,
    tenant: 'clinic',
    approval_id: 'apr_1',
    decision: 'approve',
    choices_hash: await contentHash(choices),
    decision_hash: HASH,
    client_decision_id: ID,
  };
  assert.deepEqual(await challengeOf(APPROVE, about), await sha256(canonical(statement)));
  assert.notDeepEqual(await challengeOf({ ...APPROVE, words: 'else' }, about), await challengeOf(APPROVE, about));
});

test('an answer and attachments are sent, and signed, where there are any', async () => {
  const answering = { ...APPROVE, answer: { seat: 'aisle' } };
  assert.deepEqual(bodyOf(answering, HASH)['answer'], { seat: 'aisle' });
  const citing = { ...VETO, attachments: ['art_1'] };
  assert.deepEqual(bodyOf(citing, HASH)['attachments'], ['art_1']);
  assert.ok(!('attachments' in bodyOf({ ...VETO, attachments: [] }, HASH)));
  const about = { tenant: 'clinic', approvalId: 'apr_1', decisionHash: HASH };
  const choices: readonly [Choice, Json][] = [
    [answering, { note: 'read it', until: null, to: null, grounds: null, answer: { seat: 'aisle' } }],
    [citing, { reason_category: 'safety', explanation: 'not like this', attachments: ['art_1'] }],
    [{ ...VETO, attachments: [] }, { reason_category: 'safety', explanation: 'not like this', attachments: [] }],
  ];
  for (const [choice, signed] of choices) {
    const statement = {
      v: 1,
      tenant: 'clinic',
      approval_id: 'apr_1',
      decision: choice.verb,
      choices_hash: await contentHash(signed),
      decision_hash: HASH,
      client_decision_id: ID,
    };
    assert.deepEqual(await challengeOf(choice, about), await sha256(canonical(statement)));
  }
});

test('only an assent needs a passkey', () => {
  assert.ok(needsPasskey(APPROVE, 'assent'));
  assert.ok(!needsPasskey(APPROVE, 'break_glass'));
  assert.ok(!needsPasskey(VETO, 'assent'));
});
