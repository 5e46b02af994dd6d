/** Decisions that wait in a browser: nothing is lost, sent twice, or shown to somebody else. */

import '../../../mobile_api/console/node_modules/fake-indexeddb/auto/index.mjs';

import assert from 'node:assert/strict';
import { after, beforeEach, mock, test } from 'node:test';

import type { SyncAccepted, SyncRefused } from '../../../mobile_api/console/src/api/generated.ts';
import { database } from '../../../mobile_api/console/src/device/database.ts';
import { become, forget, owner } from '../../../mobile_api/console/src/device/owner.ts';
import {
  dismiss,
  enqueue,
  HOLD_MS,
  queue,
  release,
  secondsHeld,
  settle,
  stopFollowing,
  take,
  tenantsOf,
  withdraw,
  type Decision,
} from '../../../mobile_api/console/src/device/queue.ts';
import { pauseAfter, secondsToWait, settled } from '../../../mobile_api/console/src/device/settling.ts';

const ACCEPTED = { client_decision_id: null, status: 200, card: { version: 7 } } as unknown as SyncAccepted;

function refused(status: number, retry_after: number | null = null): SyncRefused {
  const problem = { code: 'a_code', detail: 'Why not.', title: 'No' };
  return { client_decision_id: null, status, retry_after, problem } as unknown as SyncRefused;
}

function decision(id: string): Decision {
  return { id, approvalId: 'apr_1', summary: 'Reindex', verb: 'approve', madeAt: 0, body: { note: id } };
}

beforeEach(async () => {
  const stored = await database();
  for (const store of ['settings', 'vaults', 'answers', 'queue', 'devices'] as const) await stored.clear(store);
  owner.value = null;
  await become('ada');
});
after(stopFollowing);

test('decisions are taken in their order, and stay until their end is known', async () => {
  for (const each of ['1', '2', '3']) await enqueue('ada', 'clinic', decision(each));
  const first = await take('ada', 'clinic', 2);
  assert.deepEqual(first.map((each) => each.decision.id), ['1', '2']);
  // The tab was closed before the answer came: another one sends the same again.
  const again = await take('ada', 'clinic', 50);
  assert.deepEqual(again.map((each) => [each.decision.id, each.state]), [['1', 'sending'], ['2', 'sending'], ['3', 'sending']]);
  await settle('ada', again[0]!, ACCEPTED);
  await settle('ada', again[1]!, refused(409));
  await settle('ada', again[2]!, refused(503));
  assert.deepEqual(queue.value.map((each) => each.state), ['accepted', 'refused', 'sending']);
  assert.deepEqual(queue.value[0]!.said, { version: 7 });
  assert.deepEqual(queue.value[1]!.said, { code: 'a_code', detail: 'Why not.' });
  assert.deepEqual((await take('ada', 'clinic', 50)).map((each) => each.decision.id), ['3']);
});

test('a decision is withdrawn until it is sent, and not after', async () => {
  await enqueue('ada', 'clinic', decision('1'));
  await enqueue('ada', 'clinic', decision('2'));
  assert.ok(await withdraw('1'));
  await take('ada', 'clinic', 50);
  assert.ok(!(await withdraw('2')));
  assert.ok(!(await withdraw('1')));
  await dismiss('2');
  assert.deepEqual(queue.value.map((each) => each.decision.id), ['2']);
  await settle('ada', queue.value[0]!, ACCEPTED);
  await dismiss('2');
  assert.deepEqual(queue.value, []);
});

test('what is held is not sent until its time is over, and holds up nothing else', async () => {
  mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  try {
    await enqueue('ada', 'clinic', decision('1'), true);
    await enqueue('ada', 'clinic', decision('2'));
    assert.deepEqual(queue.value.map((each) => each.isHeld), [true, false]);
    assert.deepEqual((await take('ada', 'clinic', 50)).map((each) => each.decision.id), ['2']);
    assert.equal(await secondsHeld('ada'), HOLD_MS / 1000);
    mock.timers.tick(HOLD_MS - 1);
    assert.deepEqual((await take('ada', 'clinic', 1)).map((each) => each.decision.id), ['2']);
    mock.timers.tick(1);
    assert.equal(await secondsHeld('ada'), null);
    assert.equal(queue.value[0]!.isHeld, false);
    assert.deepEqual((await take('ada', 'clinic', 50)).map((each) => each.decision.id), ['1', '2']);
    assert.ok(!(await withdraw('1')));
  } finally {
    mock.timers.reset();
  }
});

test('what is held can be withdrawn, or sent at once', async () => {
  await enqueue('ada', 'clinic', decision('1'), true);
  await enqueue('ada', 'clinic', decision('2'), true);
  assert.ok(await withdraw('1'));
  await release('ada');
  assert.equal(await secondsHeld('ada'), null);
  assert.deepEqual((await take('ada', 'clinic', 50)).map((each) => each.decision.id), ['2']);
});

test('a clock that is set back holds nothing for longer', async () => {
  mock.timers.enable({ apis: ['Date'], now: 10_000_000 });
  try {
    await enqueue('ada', 'clinic', decision('1'), true);
    mock.timers.setTime(1_000_000);
    assert.equal((await take('ada', 'clinic', 50)).length, 1);
  } finally {
    mock.timers.reset();
  }
});

test('one decision is stored once', async () => {
  await enqueue('ada', 'clinic', decision('1'));
  await assert.rejects(enqueue('ada', 'clinic', decision('1')));
  assert.equal(queue.value.length, 1);
});

test('each tenant has its own', async () => {
  await enqueue('ada', 'clinic', decision('1'));
  await enqueue('ada', 'school', decision('2'));
  assert.deepEqual(await tenantsOf('ada'), ['clinic', 'school']);
  assert.deepEqual((await take('ada', 'school', 50)).map((each) => each.decision.id), ['2']);
});

test('nobody sees or sends what somebody else decided, who finds it again', async () => {
  await enqueue('ada', 'clinic', decision('1'));
  assert.ok(await become('bo'));
  await assert.rejects(enqueue('ada', 'clinic', decision('2')), /Somebody else/);
  await enqueue('bo', 'clinic', decision('3'));
  assert.deepEqual(queue.value.map((each) => each.decision.id), ['3']);
  assert.deepEqual((await take('bo', 'clinic', 50)).map((each) => each.decision.id), ['3']);
  await become('ada');
  assert.deepEqual((await take('ada', 'clinic', 50)).map((each) => each.decision.id), ['1']);
});

test('who signs out leaves nothing, also not of what was under way', async () => {
  await enqueue('ada', 'clinic', decision('1'));
  const [taken] = await take('ada', 'clinic', 50);
  await forget();
  await settle('ada', taken!, ACCEPTED);
  const stored = await database();
  for (const store of ['settings', 'answers', 'queue'] as const) assert.equal(await stored.count(store), 0);
});

test('what is stored has no readable words', async () => {
  await enqueue('ada', 'clinic', decision('1'));
  const [stored] = await (await database()).getAll('queue');
  assert.ok(!Buffer.from(stored!.data).toString('latin1').includes('Reindex'));
  const vault = await (await database()).get('vaults', 'ada');
  assert.equal(vault!.extractable, false);
});

test('only what failed for a while is sent again', () => {
  assert.equal(settled(ACCEPTED).state, 'accepted');
  for (const status of [400, 403, 404, 409, 422]) assert.equal(settled(refused(status)).state, 'refused');
  for (const status of [401, 500, 503]) assert.equal(settled(refused(status)).state, 'sending');
  assert.equal(settled(refused(429)).state, 'waiting');
});

test('the rest waits for as long as the platform asks', () => {
  assert.equal(secondsToWait([ACCEPTED, refused(409)], 1), null);
  assert.equal(secondsToWait([ACCEPTED, refused(503)], 1), 2);
  assert.equal(secondsToWait([refused(429, 40)], 1), 40);
  assert.equal(pauseAfter(20), 60);
});
