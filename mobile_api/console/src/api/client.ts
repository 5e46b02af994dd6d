/** The client of the API for programs: each operation by its id, with the types of what it takes
 * and answers. */

import { OPERATIONS, type Operations } from './operations.ts';

/** A token or an API key, or what gives the current one; `anew` says that the last was refused. */
export type Token = string | ((anew: boolean) => string | Promise<string>);

export interface Options {
  /** The platform's address: https://, or of this machine. */
  readonly url: string;
  readonly token: Token;
  /** How often a call is sent again that may be. */
  readonly retries?: number;
  /** The longest pause before that, in seconds; what should wait longer fails. */
  readonly patience?: number;
}

type Taken<Id extends keyof Operations> = Omit<Operations[Id], 'answer'> & {
  /** The same key is the same call; the client makes one where it is left out. */
  readonly key?: string;
  readonly signal?: AbortSignal;
};
type Answer<Id extends keyof Operations> = Operations[Id]['answer'];
/** What a call is given; nothing where it needs nothing. */
export type Given<Id extends keyof Operations> = object extends Taken<Id> ? [given?: Taken<Id>] : [given: Taken<Id>];
type Listed = {
  [Id in keyof Operations]: Answer<Id> extends { items: readonly unknown[]; next_cursor: string | null } ? Id : never;
}[keyof Operations];
type Item<Id extends Listed> = Answer<Id> extends { items: readonly (infer Of)[] } ? Of : never;

const SAFE: ReadonlySet<string> = new Set(['GET', 'PUT']);
const AT_THE_DOOR: ReadonlySet<number> = new Set([408, 429]);
const AFTER_A_TRY: ReadonlySet<number> = new Set([500, 502, 503, 504]);
const FIRST_PAUSE_SECONDS = 0.3;
const LOCAL = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** A refusal in the API's words; `code` is stable. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    /** What is wrong with which field. */
    readonly errors: readonly { readonly field: string; readonly message: string }[],
    readonly correlationId: string | null,
    /** In seconds, where the platform said it. */
    readonly retryAfter: number | null,
  ) {
    super(detail);
    this.name = 'Refused';
  }
}

interface Sent {
  readonly address: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | null;
  readonly mayRepeat: boolean;
  readonly signal: AbortSignal | null;
}

export class Assent {
  readonly #url: string;
  readonly #token: Token;
  readonly #retries: number;
  readonly #patience: number;

  /** Throws TypeError for an address to which a key would be sent unencrypted. */
  constructor({ url, token, retries = 4, patience = 60 }: Options) {
    this.#url = url.replace(/\/+$/, '');
    if (!this.#url.startsWith('https://') && !LOCAL.test(this.#url)) {
      throw new TypeError(`${url} is neither https:// nor of this machine: a key is never sent unencrypted`);
    }
    this.#token = token;
    this.#retries = retries;
    this.#patience = patience;
  }

  /** The answer of an operation. Sent again are calls that the platform refused at the door, and,
   * after a lost answer, those whose repeat it answers as before. Throws Refused, or TypeError where
   * nobody answered. */
  async call<Id extends keyof Operations>(id: Id, ...[given]: Given<Id>): Promise<Answer<Id>> {
    const sent = this.#prepared(id, (given ?? {}) as Record<string, unknown>);
    let anew = false;
    for (let tried = 0; ; tried++) {
      let refused: unknown;
      try {
        const answer = await this.#once(sent, anew);
        if (answer.ok) return (answer.status === 204 ? null : await answer.json()) as Answer<Id>;
        refused = await refusal(answer);
        if (answer.status === 401 && !anew && typeof this.#token !== 'string') {
          anew = true;
          continue;
        }
      } catch (error) {
        refused = error;
      }
      const pause = this.#pause(refused, tried, sent.mayRepeat);
      if (pause === null) throw refused;
      await new Promise((resolve) => setTimeout(resolve, pause * 1000));
    }
  }

  /** All items of a list, one page at a time. */
  async *each<Id extends Listed>(id: Id, ...[given]: Given<Id>): AsyncGenerator<Item<Id>, void, undefined> {
    const asked = (given ?? {}) as Record<string, unknown>;
    let cursor: string | null = null;
    do {
      const query = { ...(asked['query'] as object | undefined), ...(cursor === null ? {} : { cursor }) };
      const page: Answer<Id> = await this.call(id, ...([{ ...asked, query }] as unknown as Given<Id>));
      const { items, next_cursor } = page as { items: readonly Item<Id>[]; next_cursor: string | null };
      yield* items;
      cursor = next_cursor;
    } while (cursor !== null);
  }

  #prepared(id: keyof Operations, given: Record<string, unknown>): Sent {
    const [method, path, same] = OPERATIONS[id];
    const named = (given['path'] ?? {}) as Record<string, string>;
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(named[name] ?? ''));
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries((given['query'] ?? {}) as Record<string, unknown>)) {
      for (const each of Array.isArray(value) ? value : [value]) {
        if (each !== undefined && each !== null) query.append(name, String(each));
      }
    }
    const asked = query.size > 0 ? `?${query}` : '';
    const headers: Record<string, string> = {};
    let { body } = given;
    if (same === 'key') headers['Idempotency-Key'] = (given['key'] as string | undefined) ?? crypto.randomUUID();
    if (same === 'decision') {
      body = { client_decision_id: crypto.randomUUID(), ...(body as object | undefined) };
    }
    const isText = typeof body === 'string';
    if (body !== undefined) headers['Content-Type'] = isText ? 'application/yaml' : 'application/json';
    return {
      address: `${this.#url}${filled}${asked}`,
      method,
      headers,
      body: body === undefined ? null : isText ? (body as string) : JSON.stringify(body),
      mayRepeat: SAFE.has(method) || same !== undefined,
      signal: (given['signal'] as AbortSignal | undefined) ?? null,
    };
  }

  async #once(sent: Sent, anew: boolean): Promise<Response> {
    const token = typeof this.#token === 'string' ? this.#token : await this.#token(anew);
    const headers = { ...sent.headers, Authorization: `Bearer ${token}` };
    // A redirect would be to somebody else.
    return fetch(sent.address, { method: sent.method, headers, body: sent.body, signal: sent.signal, redirect: 'error' });
  }

  /** Seconds until the next try; null where there is none. */
  #pause(refused: unknown, tried: number, mayRepeat: boolean): number | null {
    if (tried >= this.#retries) return null;
    const drawn = Math.random() * FIRST_PAUSE_SECONDS * 2 ** (tried + 1);
    if (!(refused instanceof Refused)) return mayRepeat && refused instanceof TypeError ? drawn : null;
    const isAgain = AT_THE_DOOR.has(refused.status) || (mayRepeat && AFTER_A_TRY.has(refused.status));
    const pause = refused.retryAfter ?? drawn;
    return isAgain && pause <= this.#patience ? pause : null;
  }
}

async function refusal(answer: Response): Promise<Refused> {
  const seconds = Number(answer.headers.get('Retry-After') ?? Number.NaN);
  const retryAfter = Number.isFinite(seconds) ? seconds : null;
  try {
    const said = (await answer.json()) as {
      code: string;
      title: string;
      detail?: string;
      errors?: { field: string; message: string }[];
      correlation_id?: string;
    };
    const { code, title, detail, errors, correlation_id } = said;
    return new Refused(answer.status, code, detail ?? title, errors ?? [], correlation_id ?? null, retryAfter);
  } catch {
    const said = `The answer was ${answer.status} without the API's words.`;
    return new Refused(answer.status, 'unreadable', said, [], null, retryAfter);
  }
}
