/** Calls of the API: one token, repetition where that is safe, errors by their code. */

import { keep, keptOf, type Kept } from '../device/answers.ts';
import { hear, serverNow } from '../device/clock.ts';
import { isOnline, showsKept } from '../device/connection.ts';
import { owner, recall } from '../device/owner.ts';
import { route } from '../route.ts';
import { accessToken, tenant } from '../session.ts';

export { serverNow };

const TRIES = 4;
const FIRST_PAUSE_MS = 300;
const READ_WITHIN_MS = 10_000;
// A function has 30 seconds.
const SENT_WITHIN_MS = 40_000;
// What a governor decides by, and who they are. Other answers are not kept.
const KEPT = /^\/v1\/(me$|mobile\/(agents|approvals|dashboard|seeds|violations)\b)/;

/** A refusal in the API's words; `code` is stable. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

/** Whether nobody answered: there is no connection, or the platform is down. */
export function isUnreachable(error: unknown): boolean {
  const isSilent = error instanceof DOMException && error.name === 'TimeoutError';
  // Fetch says so by a TypeError.
  return error instanceof TypeError || isSilent || (error instanceof Problem && [502, 503, 504].includes(error.status));
}

/** The answer to a read; where nobody can be reached, the last one that this browser was given, and
 * the page says when that was. Throws Problem, SignedOut, or TypeError where there is none. */
export async function read<T>(path: string): Promise<T> {
  const of = tenant.value;
  if (of === null || !KEPT.test(path)) return call<T>('GET', path);
  const page = route.value;
  try {
    // What was kept is shown at once, so that one attempt is enough where there is any.
    const found = await call<T>('GET', path, { tries: (await lastAnswer(path, of)) ? 1 : TRIES });
    // What is shown is kept before; a browser that stores nothing shows it all the same.
    if (owner.value !== null) await keep(owner.value, of, path, found, serverNow()).catch(() => {});
    return found;
  } catch (error) {
    const kept = isUnreachable(error) ? await lastAnswer<T>(path, of) : undefined;
    if (kept === undefined) throw error;
    if (page === route.value) showsKept(kept.at);
    return kept.found;
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

/** The answer to a write that may be repeated as it is: its body has an id of its own, or `key` is
 * its idempotency key. For the chosen tenant where none is named. Throws as `read` does. */
export function send<T>(path: string, body: unknown, { of = tenant.value, key }: Sending = {}): Promise<T> {
  return call<T>('POST', path, { body, of, key });
}

/** Removes what has that path. Throws as `read` does. */
export function remove(path: string): Promise<void> {
  return call<void>('DELETE', path);
}

interface Sending {
  readonly of?: string | null;
  readonly key?: string;
}

interface Call {
  readonly body?: unknown;
  readonly of?: string | null;
  readonly key?: string | undefined;
  readonly tries?: number;
}

async function call<T>(method: string, path: string, how: Call = {}): Promise<T> {
  const tries = how.tries ?? TRIES;
  let anew = false;
  for (let tried = 1; ; tried++) {
    try {
      const answer = await once(method, path, how, anew);
      if (answer.ok) return (answer.status === 204 ? undefined : await answer.json()) as T;
      const problem = await refusal(answer);
      if (answer.status === 401 && !anew) anew = true;
      else if (answer.status !== 503 || tried === tries) throw problem;
    } catch (error) {
      if (error instanceof Problem || !isUnreachable(error)) throw error;
      isOnline.value = false;
      if (tried === tries || !navigator.onLine) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * FIRST_PAUSE_MS * 2 ** tried));
  }
}

async function once(method: string, path: string, { body, of, key }: Call, anew: boolean): Promise<Response> {
  const headers: Record<string, string> = { Authorization: `Bearer ${await accessToken(anew, of)}` };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (key !== undefined) headers['Idempotency-Key'] = key;
  const began = Date.now();
  const answer = await fetch(path, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(method === 'GET' ? READ_WITHIN_MS : SENT_WITHIN_MS),
  });
  isOnline.value = true;
  hear(answer.headers.get('Date'), began);
  return answer;
}

async function refusal(answer: Response): Promise<Problem> {
  try {
    const said = (await answer.json()) as { code: string; detail?: string; title: string };
    return new Problem(answer.status, said.code, said.detail ?? said.title);
  } catch {
    return new Problem(answer.status, 'unreadable', `The answer was ${answer.status} without words.`);
  }
}
