/** Calls of the API: one token, repetition where that is safe, errors by their code. */

import { accessToken } from '../session.ts';

const TRIES = 4;
const FIRST_PAUSE_MS = 300;
const LONGEST_WAIT_SECONDS = 10;

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

/** The answer to a write without an id of its own: it is done once for each `key`, however often it
 * is sent. Throws as `read` does. */
export function command<T>(path: string, key: string, body?: unknown): Promise<T> {
  return call<T>('POST', path, body, { 'Idempotency-Key': key });
}

async function call<T>(method: string, path: string, body?: unknown, more: Record<string, string> = {}): Promise<T> {
  let anew = false;
  for (let tried = 1; ; tried++) {
    try {
      const answer = await once(method, path, body, anew, more);
      if (answer.ok) return (await answer.json()) as T;
      const problem = await refusal(answer);
      if (answer.status === 401 && !anew) anew = true;
      else if (!mayComeAgain(answer) || tried === TRIES) throw problem;
      await waited(answer);
    } catch (error) {
      // Fetch says so where nobody answered.
      if (!(error instanceof TypeError) || tried === TRIES) throw error;
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
  more: Record<string, string>,
): Promise<Response> {
  const headers: Record<string, string> = { ...more, Authorization: `Bearer ${await accessToken(anew)}` };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
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
  readonly title: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

async function refusal(answer: Response): Promise<Problem> {
  try {
    const { code, detail, title, errors } = (await answer.json()) as Refusal;
    // Of what is invalid, only these say which field, and what to write instead.
    const fields = (errors ?? []).map((each) => `${each.field}: ${each.message}`);
    return new Problem(answer.status, code, [detail ?? title, ...fields].join(' · '));
  } catch {
    return new Problem(answer.status, 'unreadable', `The answer was ${answer.status} without words.`);
  }
}
