/** Bodies and statements of decisions, as docs/contracts.md has them. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { canonical, contentHash, type Json } from '../../../mobile_api/console/src/kit/canonical.ts';
import { signed } from '../../../mobile_api/console/src/kit/jws.ts';
import { bodyOf, challengeOf, isHeld, needsPasskey, statementOf, type About, type Choice } from '../../../mobile_api/console/src/pages/card/decision.ts';

const HASH = '0'.repeat(64);
const ID = '5f0c2f0e-8f9c-4f5e-9a53-000000000001';
const ABOUT = { tenant: 'clinic', approvalId: 'apr_1', decisionHash: HASH, seenVersion: 3, readMs: 4100 };
const APPROVE: Choice = { verb: 'approve', id: ID, words: 'read it', category: null };
interface Case {
  readonly choice: Choice;
  readonly about: About;
  readonly statement: string;
  readonly challenge: string;
}
const VETO: Choice = { verb: 'veto', id: ID, words: 'not like this', category: 'safety' };

test('a body names the content, what was seen of it, the decision and its words', () => {
  const named = { decision_hash: HASH, client_decision_id: ID, seen_version: 3, read_ms: 4100 };
  assert.deepEqual(bodyOf(APPROVE, ABOUT), { ...named, note: 'read it' });
  assert.deepEqual(bodyOf(VETO, ABOUT, { signature: 'a.b.c' }), {
    ...named,
    reason_category: 'safety',
    explanation: 'not like this',
    signature: 'a.b.c',
  });
});

test('an approval is held, but not where its deadline is near, and nothing else ever', () => {
  const deadline = '2026-11-27T12:00:00Z';
  const before = (seconds: number) => Date.parse(deadline) - seconds * 1000;
  assert.ok(isHeld(APPROVE, deadline, before(30)));
  assert.ok(!isHeld(APPROVE, deadline, before(29.9)));
  assert.ok(!isHeld(APPROVE, deadline, before(-1)));
  assert.ok(!isHeld(VETO, deadline, before(3600)));
});

test('an answer and attachments are sent, and signed, where there are any', async () => {
  const answering = { ...APPROVE, answer: { seat: 'aisle' } };
  assert.deepEqual(bodyOf(answering, ABOUT)['answer'], { seat: 'aisle' });
  const citing = { ...VETO, attachments: ['art_1'] };
  assert.deepEqual(bodyOf(citing, ABOUT)['attachments'], ['art_1']);
  assert.ok(!('attachments' in bodyOf({ ...VETO, attachments: [] }, ABOUT)));
  const choices: readonly [Choice, Json][] = [
    [answering, { note: 'read it', until: null, to: null, grounds: null, answer: { seat: 'aisle' } }],
    [citing, { reason_category: 'safety', explanation: 'not like this', attachments: ['art_1'] }],
    [{ ...VETO, attachments: [] }, { reason_category: 'safety', explanation: 'not like this', attachments: [] }],
  ];
  for (const [choice, chosen] of choices) {
    assert.equal((await statementOf(choice, ABOUT))['choices_hash'], await contentHash(chosen));
  }
});

test('a statement is, byte for byte, what the platform verifies', async () => {
  const cases = JSON.parse(readFileSync(new URL('statements.json', import.meta.url), 'utf8')) as Case[];
  for (const { choice, about, statement, challenge } of cases) {
    const made = await statementOf(choice, about);
    assert.equal(canonical(made), statement);
    assert.equal(Buffer.from(await challengeOf(made)).toString('hex'), challenge);
  }
  assert.equal(cases.length, 3);
});

test('a device signs a statement as compact JWS', async () => {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  const [header, payload, signature] = (await signed(pair.privateKey, 'decision+jws', { b: 1, a: 'é' }, 'dev_1')).split('.');
  const text = (part: string) => Buffer.from(part, 'base64url').toString();
  assert.deepEqual(JSON.parse(text(header!)), { alg: 'ES256', kid: 'dev_1', typ: 'decision+jws' });
  assert.equal(text(payload!), '{"a":"é","b":1}');
  const how = { name: 'ECDSA', hash: 'SHA-256' };
  const bytes = Buffer.from(signature!, 'base64url');
  assert.ok(await crypto.subtle.verify(how, pair.publicKey, bytes, Buffer.from(`${header}.${payload}`)));
});

test('only an assent needs a passkey', () => {
  assert.ok(needsPasskey(APPROVE, 'assent'));
  assert.ok(!needsPasskey(APPROVE, 'break_glass'));
  assert.ok(!needsPasskey(VETO, 'assent'));
});
