/** Calls of the API: one token, repetition where that is safe, errors by their code. */

import { accessToken } from '../session.ts';
import { words } from '../words.ts';

const TRIES = 4;
const FIRST_PAUSE_MS = 300;
// Of those that a refusal names, as those of a limit.
const LONGEST_WAIT_SECONDS = 5;

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** A write, as the API takes it; `isOnce` where it has no `Idempotency-Key`, and would act twice. */
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
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly errors: readonly FieldError[] = [],
  ) {
    super(detail);
  }
}

let ahead = 0;

/** This moment by the server's clock, as its last answer said, in milliseconds. */
export function serverNow(): number {
  return Date.now() + ahead;
}

/** The answer to a read. Throws Problem, SignedOut, or TypeError where nobody can be reached. */
export function read<T>(path: string): Promise<T> {
  return call<T>('GET', path);
}

/** The answer to a write that may be repeated as it is: its body has an id of its own. Throws as
 * `read` does. */
export function send<T>(path: string, body: unknown): Promise<T> {
  return call<T>('POST', path, body);
}

/** The answer to a write that is one under its key, however often it is sent; null where it has none.
 * Throws as `read` does, and Unsure. */
export function write<T>({ method, path, body, isOnce = false }: Write, key: string): Promise<T> {
  return call<T>(method, path, body, { key, tries: isOnce ? 1 : TRIES });
}

async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  { key, tries = TRIES }: { key?: string; tries?: number } = {},
): Promise<T> {
  let anew = false;
  for (let tried = 1; ; tried++) {
    try {
      const answer = await once(method, path, body, anew, key);
      if (answer.ok) return (answer.status === 204 ? null : await answer.json()) as T;
      const problem = await refusal(answer);
      if (answer.status === 401 && !anew) anew = true;
      else if (tried >= tries || !mayComeAgain(answer)) throw problem;
      await waited(answer);
    } catch (error) {
      // Fetch says so where nobody answered.
      if (!(error instanceof TypeError)) throw error;
      if (tried >= tries) throw tries === 1 ? new Unsure(words.unsure) : error;
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

async function once(
  method: string,
  path: string,
  body: unknown,
  anew: boolean,
  key: string | undefined,
): Promise<Response> {
  const headers: Record<string, string> = { Authorization: `Bearer ${await accessToken(anew)}` };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (key !== undefined) headers['Idempotency-Key'] = key;
  const answer = await fetch(path, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  });
  const said = Date.parse(answer.headers.get('Date') ?? '');
  if (!Number.isNaN(said)) ahead = said - Date.now();
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
