/** Calls of the API: one token, repetition where that is safe, errors by their code. */

import { keep, keptOf, type Kept } from '../device/answers.ts';
import { hear, serverNow } from '../device/clock.ts';
import { isOnline, showsKept } from '../device/connection.ts';
import { owner, recall } from '../device/owner.ts';
import { route } from '../route.ts';
import { accessToken, tenant } from '../session.ts';
import { words } from '../words.ts';

export { serverNow };

const TRIES = 4;
const FIRST_PAUSE_MS = 300;
// Of those that a refusal names, as those of a limit.
const LONGEST_WAIT_SECONDS = 5;
const READ_WITHIN_MS = 10_000;
// A function has 30 seconds.
const SENT_WITHIN_MS = 40_000;
// What a governor decides by, and who they are. Other answers are not kept.
const KEPT = /^\/v1\/(me$|mobile\/(agents|approvals|dashboard|seeds|violations)\b)/;

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** A write, as the API takes it: a text is sent as YAML, all else as JSON; `isOnce` where it has no `Idempotency-Key`, and would act twice. */
export interface Write {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly isOnce?: boolean;
}

/** Nobody answered a write that may not be repeated: it may have happened. */
export class Unsure extends Error {}

/** A refusal in the API's words; `code` is stable. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldError[];

  constructor(status: number, code: string, detail: string, errors: readonly FieldError[] = []) {
    super(detail);
    this.status = status;
    this.code = code;
    this.errors = errors;
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
    const tries = (await lastAnswer(path, of)) ? 1 : TRIES;
    // The first token says whose browser this is.
    if (owner.value === null) await accessToken().catch(() => {});
    // Somebody else may sign in before the answer comes: it is kept for whoever asked.
    const who = owner.value;
    const found = await call<T>('GET', path, { tries });
    // What is shown is kept before; a browser that stores nothing shows it all the same.
    if (who !== null) await keep(who, of, path, found, serverNow()).catch(() => {});
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

/** The answer to a call that may be repeated as it is, because its body has an id of its own or it changes nothing;
 * for the chosen tenant where none is named. Throws as `read` does. */
export function send<T>(path: string, body: unknown, of = tenant.value): Promise<T> {
  return call<T>('POST', path, { body, of });
}

/** The answer to a write that is one under its key, however often it is sent; null where it has none.
 * Throws as `read` does, and Unsure. */
export function write<T>({ method, path, body, isOnce = false }: Write, key: string): Promise<T> {
  return call<T>(method, path, { body, key, tries: isOnce ? 1 : TRIES });
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
      if (answer.ok) return (answer.status === 204 ? null : await answer.json()) as T;
      const problem = await refusal(answer);
      if (answer.status === 401 && !anew) anew = true;
      else if (tried >= tries || !mayComeAgain(answer)) throw problem;
      await waited(answer);
    } catch (error) {
      if (error instanceof Problem || !isUnreachable(error)) throw error;
      isOnline.value = false;
      if (how.tries === 1 && method !== 'GET') throw new Unsure(words.unsure);
      if (tried >= tries || !navigator.onLine) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * FIRST_PAUSE_MS * 2 ** tried));
  }
}

/** Whether the same call may be taken within a few seconds. */
function mayComeAgain(answer: Response): boolean {
  const isSoon = Number(answer.headers.get('Retry-After') ?? Infinity) <= LONGEST_WAIT_SECONDS;
  return answer.status === 503 || (answer.status === 429 && isSoon);
}

async function waited(answer: Response): Promise<void> {
  if (answer.status !== 429) return;
  const seconds = Number(answer.headers.get('Retry-After'));
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

async function once(method: string, path: string, { body, of, key }: Call, anew: boolean): Promise<Response> {
  const headers: Record<string, string> = { Authorization: `Bearer ${await accessToken(anew, of)}` };
  const isText = typeof body === 'string';
  if (body !== undefined) headers['Content-Type'] = isText ? 'application/yaml' : 'application/json';
  if (key !== undefined) headers['Idempotency-Key'] = key;
  const began = Date.now();
  const answer = await fetch(path, {
    method,
    headers,
    body: body === undefined ? null : isText ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(method === 'GET' ? READ_WITHIN_MS : SENT_WITHIN_MS),
  });
  isOnline.value = true;
  hear(answer.headers.get('Date'), began);
  return answer;
}

interface Refusal {
  readonly code: string;
  readonly detail?: string;
  readonly title: string;
  readonly errors?: readonly FieldError[];
}

async function refusal(answer: Response): Promise<Problem> {
  try {
    const said = (await answer.json()) as Refusal;
    return new Problem(answer.status, said.code, said.detail ?? said.title, said.errors);
  } catch {
    return new Problem(answer.status, 'unreadable', `The answer was ${answer.status} without words.`);
  }
}
