/** Whose browser this is: the person who was signed in last. Others find nothing of theirs here. */

import { signal } from '@preact/signals';

import { database } from './database.ts';

/** Null until this page knows it. */
export const owner = signal<string | null>(null);

/** Who was signed in here last, also without a connection; null where nobody was. */
export async function recall(): Promise<string | null> {
  owner.value ??= ((await (await database()).get('settings', 'owner')) as string | undefined) ?? null;
  return owner.value;
}

/** From now on it is this person's. What others were shown here is removed; what they decided and
 * did not send stays sealed until they come back. True where it was somebody else's before. */
export async function become(principal: string): Promise<boolean> {
  const change = (await database()).transaction(['settings', 'answers'], 'readwrite');
  const settings = change.objectStore('settings');
  const before = await settings.get('owner');
  if (before !== principal) {
    await change.objectStore('answers').clear();
    await settings.put(principal, 'owner');
  }
  await change.done;
  owner.value = principal;
  return before !== undefined && before !== principal;
}

/** Removes what this browser keeps of the person but the key of the device, which signs nothing for
 * whoever is not signed in. */
export async function forget(): Promise<void> {
  const gone = await recall();
  if (gone === null) return;
  const change = (await database()).transaction(['settings', 'answers', 'queue', 'vaults'], 'readwrite');
  await change.objectStore('answers').clear();
  for (const order of await change.objectStore('queue').index('owner').getAllKeys(gone)) {
    await change.objectStore('queue').delete(order);
  }
  await change.objectStore('vaults').delete(gone);
  await change.objectStore('settings').delete('owner');
  await change.done;
  owner.value = null;
}
