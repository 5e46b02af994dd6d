/** Reads: whose browser keeps the answer. */

import '../../../mobile_api/console/node_modules/fake-indexeddb/auto/index.mjs';

import assert from 'node:assert/strict';
import { test } from 'node:test';

const PATH = '/v1/mobile/dashboard';
const browser = {
  location: { pathname: '/console/', reload: () => {} },
  localStorage: { getItem: (name: string) => (name === 'assent-tenant' ? 'clinic' : null), setItem: () => {} },
  isSecureContext: false,
};
for (const [name, value] of Object.entries(browser)) Object.defineProperty(globalThis, name, { value });
Object.defineProperty(globalThis, 'navigator', { value: { onLine: true } });

const { read } = await import('../../../mobile_api/console/src/api/call.ts');
const { keep, keptOf } = await import('../../../mobile_api/console/src/device/answers.ts');
const { isOnline, shownAsOf } = await import('../../../mobile_api/console/src/device/connection.ts');
const { become } = await import('../../../mobile_api/console/src/device/owner.ts');

/** The platform, which knows ada; `meanwhile` happens while it answers a read. */
function serve(meanwhile: () => Promise<unknown>): void {
  globalThis.fetch = async (path) => {
    if (path === '/v1/auth/token') return Response.json({ access_token: `.${btoa('{"sub":"ada"}')}.` });
    await meanwhile();
    return Response.json({ of: 'ada' });
  };
}

test('the first answer is kept for whom the first token names', async () => {
  serve(async () => {});
  await read(PATH);
  assert.deepEqual((await keptOf('ada', 'clinic', PATH, Date.now()))?.found, { of: 'ada' });
});

test('an answer that comes after somebody else signed in is not kept for them', async () => {
  serve(() => become('bo'));
  await read(PATH);
  assert.equal(await keptOf('bo', 'clinic', PATH, Date.now()), undefined);
});

test('where nobody answered last, what was kept is shown before anybody is asked again', async () => {
  await become('ada');
  await keep('ada', 'clinic', PATH, { of: 'yesterday' }, Date.now() - 1_000);
  const asked: string[] = [];
  let answer = (): void => {};
  const silence = new Promise<void>((resolve) => (answer = resolve));
  globalThis.fetch = async (path) => {
    asked.push(String(path));
    await silence;
    return new Response();
  };
  isOnline.value = false;
  assert.deepEqual(await read(PATH), { of: 'yesterday' });
  assert.notEqual(shownAsOf.value, null);
  assert.deepEqual(asked, ['/console/worker.js']);
  // Pages read again once somebody answers.
  answer();
  await new Promise<void>((resolve) => isOnline.subscribe((isThere) => isThere && resolve()));
  serve(async () => {});
  assert.deepEqual(await read(PATH), { of: 'ada' });
});

test('what was never kept is asked for, whoever answered last', async () => {
  serve(async () => {});
  isOnline.value = false;
  assert.deepEqual(await read('/v1/mobile/seeds'), { of: 'ada' });
  assert.equal(isOnline.value, true);
});
