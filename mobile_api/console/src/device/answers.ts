/** The last answers of the platform, to be read where it cannot be reached. */

import { database } from './database.ts';
import { keyOf, seal, unseal } from './vault.ts';

const MOST = 200;
const DAYS = 7;
const DAY_MS = 86_400_000;

/** An answer, and when it was given, by the server's clock, in milliseconds. */
export interface Kept<T> {
  readonly found: T;
  readonly at: number;
}

/** Keeps an answer, unless the browser is somebody else's by now. The oldest beyond two hundred, and
 * those of more than seven days, are removed. */
export async function keep(owner: string, tenant: string, path: string, found: unknown, at: number): Promise<void> {
  const sealed = await seal(owner, placeOf(tenant, path), found);
  const change = (await database()).transaction(['settings', 'answers'], 'readwrite');
  if ((await change.objectStore('settings').get('owner')) === owner) {
    const answers = change.objectStore('answers');
    await answers.put({ owner, tenant, path, at, ...sealed });
    let surplus = (await answers.count()) - MOST;
    for (let each = await answers.index('at').openCursor(); each !== null; each = await each.continue()) {
      if (surplus-- <= 0 && each.value.at > at - DAYS * DAY_MS) break;
      await each.delete();
    }
  }
  await change.done;
}

/** What was kept of an address. Undefined where nothing was, or only what is too old. */
export async function keptOf<T>(owner: string, tenant: string, path: string, now: number): Promise<Kept<T> | undefined> {
  const stored = database().then((all) => all.get('answers', [owner, tenant, path]));
  const [answer, key] = await Promise.all([stored, keyOf(owner)]);
  if (answer === undefined || answer.at <= now - DAYS * DAY_MS) return undefined;
  return { found: await unseal<T>(owner, placeOf(tenant, path), answer, key), at: answer.at };
}

function placeOf(tenant: string, path: string): string {
  return `answer ${tenant} ${path}`;
}
