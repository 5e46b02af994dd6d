/** The last answers, which are read without a connection. */

import '../../../mobile_api/console/node_modules/fake-indexeddb/auto/index.mjs';

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { keep, keptOf } from '../../../mobile_api/console/src/device/answers.ts';
import { database } from '../../../mobile_api/console/src/device/database.ts';
import { become, forget } from '../../../mobile_api/console/src/device/owner.ts';
import { seal, unseal } from '../../../mobile_api/console/src/device/vault.ts';

const NOW = Date.UTC(2026, 0, 8);
const DAY_MS = 86_400_000;
const PATH = '/v1/mobile/dashboard';

beforeEach(async () => {
  const stored = await database();
  for (const store of ['settings', 'vaults', 'answers', 'queue', 'devices'] as const) await stored.clear(store);
  await become('ada');
});

test('an answer is found again, with its time, in its tenant', async () => {
  await keep('ada', 'clinic', PATH, { pending: 1 }, NOW);
  assert.deepEqual(await keptOf('ada', 'clinic', PATH, NOW + 1), { found: { pending: 1 }, at: NOW });
  assert.equal(await keptOf('ada', 'school', PATH, NOW), undefined);
});

test('after seven days it is not shown, and is removed', async () => {
  await keep('ada', 'clinic', PATH, 1, NOW);
  assert.equal(await keptOf('ada', 'clinic', PATH, NOW + 7 * DAY_MS), undefined);
  await keep('ada', 'clinic', '/v1/mobile/seeds', 2, NOW + 7 * DAY_MS);
  assert.equal(await (await database()).count('answers'), 1);
});

test('two hundred are kept: the newest', async () => {
  for (let each = 0; each < 202; each++) await keep('ada', 'clinic', `/v1/mobile/approvals/${each}`, each, NOW + each);
  assert.equal(await (await database()).count('answers'), 200);
  assert.equal(await keptOf('ada', 'clinic', '/v1/mobile/approvals/1', NOW), undefined);
  assert.equal((await keptOf('ada', 'clinic', '/v1/mobile/approvals/2', NOW))?.found, 2);
});

test('somebody else finds nothing, and nothing late is kept for who was there before', async () => {
  await keep('ada', 'clinic', PATH, 'hers', NOW);
  assert.ok(await become('bo'));
  await keep('ada', 'clinic', PATH, 'a late answer', NOW);
  assert.equal(await (await database()).count('answers'), 0);
  await forget();
  await keep('bo', 'clinic', PATH, 'a late answer', NOW);
  assert.equal(await (await database()).count('answers'), 0);
});

test('what is sealed opens at its own place only, and no longer than its key is there', async () => {
  const sealed = await seal('ada', 'here', 'words');
  assert.equal(await unseal('ada', 'here', sealed), 'words');
  await assert.rejects(unseal('ada', 'there', sealed));
  await assert.rejects(unseal('bo', 'here', sealed));
  await (await database()).delete('vaults', 'ada');
  await assert.rejects(unseal('ada', 'here', sealed));
});
