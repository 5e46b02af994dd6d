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
const { keptOf } = await import('../../../mobile_api/console/src/device/answers.ts');
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
