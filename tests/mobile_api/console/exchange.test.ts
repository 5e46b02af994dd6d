/** How the console and programs speak to the API: what is sent again, and what is not. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Exchange, Refused, type Options } from '../../../mobile_api/console/src/api/exchange.ts';

type Attempt = Response | Error;

/** An exchange whose attempts end like this, one after the other, and what it sent. */
function exchange(attempts: Attempt[], options: Partial<Options> = {}) {
  const sent: RequestInit[] = [];
  const sends = async (_: string, how: RequestInit) => {
    sent.push(how);
    const next = attempts.shift();
    if (next === undefined) throw new Error('nothing more was expected');
    if (next instanceof Response) return next;
    throw next;
  };
  Math.random = () => 0;
  return { sent, exchange: new Exchange({ url: '', token: 'key', fetch: sends, ...options }) };
}

const silence = () => new TypeError('fetch failed');
const refused = (status: number, headers = {}) => Response.json({ code: 'no', title: 'No.' }, { status, headers });
const done = () => Response.json({ is: 'done' });
const POST = { method: 'POST', path: '/v1/prompts', body: { a: 1 } };

test('what has a key, or may be repeated, is sent again after a lost answer, and is the same call', async () => {
  for (const more of [{ key: 'once' }, { mayRepeat: true }]) {
    const { exchange: client, sent } = exchange([silence(), refused(503), done()]);
    assert.deepEqual(await client.send({ ...POST, ...more }), { is: 'done' });
    assert.equal(sent.length, 3);
    assert.equal(new Set(sent.map((each) => JSON.stringify([each.headers, each.body]))).size, 1);
  }
});

test('a write that would act twice is sent once, unless it was refused at the door', async () => {
  const lost = exchange([silence()]);
  await assert.rejects(lost.exchange.send({ ...POST, key: 'once', mayRepeat: false }), TypeError);
  const broken = exchange([refused(503)]);
  await assert.rejects(broken.exchange.send(POST), Refused);
  const early = exchange([refused(429, { 'Retry-After': '0' }), done()]);
  assert.deepEqual(await early.exchange.send(POST), { is: 'done' });
});

test('what should wait longer than the caller has patience is refused', async () => {
  const { exchange: client } = exchange([refused(429, { 'Retry-After': '6' })], { patience: 5 });
  await assert.rejects(client.send({ method: 'GET', path: '/v1/me' }), { status: 429, code: 'no', retryAfter: 6 });
});

test('nothing is sent again once the caller gave up, and no more often than they say', async () => {
  const given = exchange([new DOMException('too late', 'TimeoutError')]);
  await assert.rejects(given.exchange.send({ method: 'GET', path: '/v1/me', signal: AbortSignal.abort() }), { name: 'TimeoutError' });
  const few = exchange([silence(), silence()]);
  await assert.rejects(few.exchange.send({ method: 'GET', path: '/v1/me', retries: 1 }), TypeError);
});

test('a refused token is asked for anew, once', async () => {
  const asked: boolean[] = [];
  const token = (anew: boolean) => {
    asked.push(anew);
    return 'token';
  };
  const { exchange: client } = exchange([refused(401), refused(401)], { token });
  await assert.rejects(client.send(POST), { status: 401 });
  assert.deepEqual(asked, [false, true]);
});

test('a key is never sent unencrypted', () => {
  assert.throws(() => exchange([], { url: 'http://assent.example' }), TypeError);
  for (const url of ['https://assent.example/', 'http://127.0.0.1:8080', '']) exchange([], { url });
});
