/** Calls of the API for who is signed in here, by the exchange that programs use too: what they decide by is kept. */

import { keep, keptOf, type Kept } from '../device/answers.ts';
import { hear, serverNow } from '../device/clock.ts';
import { isOnline, showsKept, tryConnection } from '../device/connection.ts';
import { owner, recall } from '../device/owner.ts';
import { route } from '../route.ts';
import { accessToken, tenant } from '../session.ts';
import { words } from '../words.ts';
import { Exchange, isSilence, Refused as Problem, type FieldError } from './exchange.ts';

export { Problem, serverNow, type FieldError };

const RETRIES = 3;
// Of those that a refusal names, as those of a limit.
const LONGEST_WAIT_SECONDS = 5;
// A function has 30 seconds for what is sent.
const WITHIN_SECONDS = { read: 10, write: 40 };
/** Who joined the tenant last, by whose names pages call people. */
export const MEMBERS = '/v1/members?limit=100';
// What a governor decides by, who they are, and what others are called. Other answers are not kept.
const KEPT = /^\/v1\/(me$|members\?limit=100$|mobile\/(agents|approvals|dashboard|seeds|violations)\b)/;

/** A write, as the API takes it: a text is sent as YAML, all else as JSON; `isOnce` where it has no `Idempotency-Key`, and would act twice. */
export interface Write {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly isOnce?: boolean;
}

/** Nobody answered a write that may not be repeated: it may have happened. */
export class Unsure extends Error {}

/** Whether nobody answered: there is no connection, or the platform is down. */
export function isUnreachable(error: unknown): boolean {
  return isSilence(error) || error instanceof NoConnection || (error instanceof Problem && [502, 503, 504].includes(error.status));
}

/** The browser says that there is no connection, so that nothing is tried again. */
class NoConnection extends Error {}

/** The answer to a read; where nobody can be reached, or could be last, the last one that this browser was given, and
 * the page says when that was. Throws Problem, SignedOut, or TypeError where there is none. */
export async function read<T>(path: string): Promise<T> {
  const of = tenant.value;
  if (of === null || !KEPT.test(path)) return exchangeOf(of).send<T>({ method: 'GET', path });
  const page = route.value;
  const kept = await lastAnswer<T>(path, of);
  const shown = ({ found, at }: Kept<T>) => {
    if (page === route.value) showsKept(at);
    return found;
  };
  // The last try had no answer: what was kept is shown, and all is read again once there is one.
  if (kept !== undefined && !isOnline.value) {
    void tryConnection();
    return shown(kept);
  }
  try {
    // What was kept is shown at once, so that one attempt is enough where there is any.
    const retries = kept === undefined ? RETRIES : 0;
    // The first token says whose browser this is.
    if (owner.value === null) await accessToken().catch(() => {});
    // Somebody else may sign in before the answer comes: it is kept for whoever asked.
    const who = owner.value;
    const found = await exchangeOf(of).send<T>({ method: 'GET', path, retries });
    // What is shown is kept before; a browser that stores nothing shows it all the same.
    if (who !== null) await keep(who, of, path, found, serverNow()).catch(() => {});
    return found;
  } catch (error) {
    if (kept === undefined || !isUnreachable(error)) throw error;
    return shown(kept);
  }
}

async function lastAnswer<T>(path: string, of: string): Promise<Kept<T> | undefined> {
  try {
    const who = await recall();
    return who === null ? undefined : await keptOf<T>(who, of, path, serverNow());
  } catch {
    // This browser stores nothing.
    return undefined;
  }
}

/** The answer to a call that may be repeated as it is, because its body has an id of its own or it changes nothing;
 * for the chosen tenant where none is named. Throws as `read` does. */
export function send<T>(path: string, body: unknown, of = tenant.value): Promise<T> {
  return exchangeOf(of).send<T>({ method: 'POST', path, body, mayRepeat: true });
}

/** The answer to a question that changes nothing, and that the page can do without: nobody is asked twice. Throws as `read` does. */
export function ask<T>(path: string, body: unknown): Promise<T> {
  return exchangeOf(tenant.value).send<T>({ method: 'POST', path, body, retries: 0 });
}

/** The answer to a write that is one under its key, however often it is sent; null where it has none.
 * Throws as `read` does, and Unsure. */
export async function write<T>({ method, path, body, isOnce = false }: Write, key: string): Promise<T> {
  try {
    return await exchangeOf(tenant.value).send<T>({ method, path, body, key, mayRepeat: !isOnce });
  } catch (error) {
    if (isOnce && !(error instanceof Problem) && isUnreachable(error)) throw new Unsure(words.unsure);
    throw error;
  }
}

/** What speaks to the API for who is signed in, in a tenant. */
function exchangeOf(of: string | null): Exchange {
  return new Exchange({
    url: '',
    token: (anew) => noting(accessToken(anew, of)),
    retries: RETRIES,
    patience: LONGEST_WAIT_SECONDS,
    within: WITHIN_SECONDS,
    fetch: heard,
  });
}

/** An answer, by which the console knows the server's clock. */
async function heard(address: string, how: RequestInit): Promise<Response> {
  const began = Date.now();
  const answer = await noting(fetch(address, how));
  isOnline.value = true;
  hear(answer.headers.get('Date'), began);
  return answer;
}

/** What is asked of the platform, with a note where it cannot be reached. */
async function noting<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!isSilence(error)) throw error;
    isOnline.value = false;
    throw navigator.onLine ? error : new NoConnection(String(error));
  }
}
