/** Bodies and statements of decisions, as docs/contracts.md has them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { canonical, contentHash, sha256 } from '../../../mobile_api/console/src/kit/canonical.ts';
import { bodyOf, challengeOf, needsPasskey, statementOf, type Choice } from '../../../mobile_api/console/src/pages/card/decision.ts';

const HASH = '0'.repeat(64);
const ID = '5f0c2f0e-8f9c-4f5e-9a53-000000000001';
const ABOUT = { tenant: 'clinic', approvalId: 'apr_1', decisionHash: HASH };
const APPROVE: Choice = { verb: 'approve', id: ID, words: 'read it', category: null };
const VETO: Choice = { verb: 'veto', id: ID, words: 'not like this', category: 'safety' };

test('a body names the content, the decision and its words', () => {
  assert.deepEqual(bodyOf(APPROVE, ABOUT), { decision_hash: HASH, client_decision_id: ID, note: 'read it' });
  assert.deepEqual(bodyOf(VETO, ABOUT), {
    decision_hash: HASH,
    client_decision_id: ID,
    reason_category: 'safety',
    explanation: 'not like this',
  });
});

test('a passkey signs all that was chosen', async () => {
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
  assert.deepEqual(await statementOf(APPROVE, ABOUT), statement);
  assert.deepEqual(await challengeOf(statement), await sha256(canonical(statement)));
  assert.notDeepEqual(await statementOf({ ...APPROVE, words: 'else' }, ABOUT), statement);
});

test('only an assent needs a passkey', () => {
  assert.ok(needsPasskey(APPROVE, 'assent'));
  assert.ok(!needsPasskey(APPROVE, 'break_glass'));
  assert.ok(!needsPasskey(VETO, 'assent'));
});
