/** The client of the API for programs: each operation by its id, with the types of what it takes
 * and answers. */

import { Exchange, type Options, type Request } from './exchange.ts';
import { OPERATIONS, type Operations } from './operations.ts';

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

/** The API by its operations. */
export class Assent {
  readonly #exchange: Exchange;

  /** Throws TypeError for an address to which a key would be sent unencrypted. */
  constructor(options: Options) {
    this.#exchange = new Exchange(options);
  }

  /** The answer of an operation. Sent again are calls that the platform refused at the door, and,
   * after a lost answer, those whose repeat it answers as before. Throws Refused, or TypeError where
   * nobody answered. */
  call<Id extends keyof Operations>(id: Id, ...[given]: Given<Id>): Promise<Answer<Id>> {
    return this.#exchange.send<Answer<Id>>(requested(id, (given ?? {}) as Record<string, unknown>));
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
}

function requested(id: keyof Operations, given: Record<string, unknown>): Request {
  const [method, path, same] = OPERATIONS[id];
  const named = (given['path'] ?? {}) as Record<string, string>;
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(named[name] ?? ''));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries((given['query'] ?? {}) as Record<string, unknown>)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null) query.append(name, String(each));
    }
  }
  const { body } = given;
  return {
    method,
    path: query.size > 0 ? `${filled}?${query}` : filled,
    body: same === 'decision' ? { client_decision_id: crypto.randomUUID(), ...(body as object | undefined) } : body,
    key: same === 'key' ? ((given['key'] as string | undefined) ?? crypto.randomUUID()) : undefined,
    mayRepeat: same !== undefined || undefined,
    signal: given['signal'] as AbortSignal | undefined,
  };
}
