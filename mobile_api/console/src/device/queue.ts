/** Decisions on their way to the platform. Each is stored before it is sent, and stays until its
 * person has seen what became of it. */

import { signal } from '@preact/signals';

import { database, type QueuedDecision, type State } from './database.ts';
import { owner, recall } from './owner.ts';
import { settled, type Result, type Said } from './settling.ts';
import { seal, unseal } from './vault.ts';
import type { Json } from '../kit/canonical.ts';
import type { Verb } from '../pages/card/decision.ts';

/** A decision as it will be sent; `id` makes it one, however often that happens. */
export interface Decision {
  readonly id: string;
  readonly approvalId: string;
  readonly summary: string;
  readonly verb: Verb;
  readonly madeAt: number;
  readonly body: Readonly<Record<string, Json>>;
}

/** A decision with what became of it; the tenant is the one that it was taken in. */
export interface Entry {
  readonly order: number;
  readonly tenant: string;
  readonly state: State;
  readonly decision: Decision;
  readonly said: Said | null;
  /** Whether its person may still take it back before anybody sends it. */
  readonly isHeld: boolean;
}

interface Content {
  readonly decision: Decision;
  readonly said: Said | null;
}

/** For how long a decision that is held is not sent. */
export const HOLD_MS = 5_000;

const CHANNEL = 'assent queue';

/** What the person who is signed in here decided, oldest first. */
export const queue = signal<readonly Entry[]>([]);

// Other tabs of this browser.
const others = new BroadcastChannel(CHANNEL);

/** Shows what is stored for whoever is signed in, and follows what other tabs do with it. */
export async function followQueue(): Promise<void> {
  others.addEventListener('message', () => void show());
  let isShown = false;
  owner.subscribe(() => void (isShown && show()));
  isShown = true;
  await show();
}

/** Stops following other tabs, and telling them. */
export function stopFollowing(): void {
  others.close();
}

/** Stores a decision, which `isHeld` for a moment before it is sent. Throws where this browser is somebody else's by
 * now, or stores nothing. */
export async function enqueue(who: string, tenant: string, decision: Decision, isHeld = false): Promise<void> {
  const content: Content = { decision, said: null };
  const sealed = await seal(who, placeOf(decision.id), content);
  const change = (await database()).transaction(['settings', 'queue'], 'readwrite');
  const isTheirs = (await change.objectStore('settings').get('owner')) === who;
  const heldUntil = isHeld ? Date.now() + HOLD_MS : 0;
  const queued: QueuedDecision = { owner: who, tenant, id: decision.id, state: 'waiting', heldUntil, ...sealed };
  await Promise.all([isTheirs && change.objectStore('queue').add(queued), change.done]);
  if (!isTheirs) throw new Error('Somebody else signed in in this browser. Nothing was decided.');
  await changed();
}

/** Ends the time in which somebody may take decisions back: they are sent next. */
export async function release(who: string): Promise<void> {
  const change = (await database()).transaction('queue', 'readwrite');
  for (const stored of await change.store.index('owner').getAll(who)) {
    if (leftOf(stored) > 0) await change.store.put({ ...stored, heldUntil: 0 });
  }
  await change.done;
  await changed();
}

/** Seconds until the next decision of somebody may be sent that is held; null where none is. Shows which still are. */
export async function secondsHeld(who: string): Promise<number | null> {
  const stored = await (await database()).getAllFromIndex('queue', 'owner', who);
  await show();
  const left = stored.map(leftOf).filter((each) => each > 0);
  return left.length === 0 ? null : Math.min(...left) / 1000;
}

/** Takes a decision back, which was not sent yet. False where it was. */
export async function withdraw(id: string): Promise<boolean> {
  return remove(id, ['waiting']);
}

/** Removes a decision whose end its person has seen. */
export async function dismiss(id: string): Promise<void> {
  await remove(id, ['accepted', 'refused']);
}

/** The oldest unsettled decisions of a tenant that are not held. They count as sent from now on. */
export async function take(who: string, tenant: string, most: number): Promise<readonly Entry[]> {
  const change = (await database()).transaction('queue', 'readwrite');
  const taken: QueuedDecision[] = [];
  for (const stored of await change.store.index('owner').getAll(who)) {
    if (stored.tenant !== tenant || !isOpen(stored.state) || taken.length === most) continue;
    // What came after it does not wait: a veto never does.
    if (leftOf(stored) > 0) continue;
    taken.push({ ...stored, state: 'sending' });
    await change.store.put({ ...stored, state: 'sending' });
  }
  await change.done;
  if (taken.length > 0) await changed();
  return Promise.all(taken.map(opened));
}

/** Writes down what the platform answered to what was taken. */
export async function settle(who: string, entry: Entry, result: Result): Promise<Entry> {
  const { state, said } = settled(result);
  const content: Content = { decision: entry.decision, said };
  const sealed = await seal(who, placeOf(entry.decision.id), content);
  const change = (await database()).transaction('queue', 'readwrite');
  const stored = await change.store.get(entry.order);
  // Somebody may have signed out meanwhile.
  if (stored?.owner === who) await change.store.put({ ...stored, state, ...sealed });
  await change.done;
  await changed();
  return { ...entry, state, said };
}

/** In which tenants somebody has decisions to send. */
export async function tenantsOf(who: string): Promise<readonly string[]> {
  const stored = await (await database()).getAllFromIndex('queue', 'owner', who);
  return [...new Set(stored.filter((each) => isOpen(each.state)).map((each) => each.tenant))];
}

/** Whether the platform has not answered yet. */
export function isOpen(state: State): boolean {
  return state === 'waiting' || state === 'sending';
}

/** Milliseconds for which it is still held. A clock that was set back holds nothing for longer. */
function leftOf({ state, heldUntil = 0 }: QueuedDecision): number {
  const left = heldUntil - Date.now();
  return state === 'waiting' && left <= HOLD_MS ? Math.max(0, left) : 0;
}

async function remove(id: string, states: readonly State[]): Promise<boolean> {
  const change = (await database()).transaction('queue', 'readwrite');
  const stored = await change.store.index('id').get(id);
  const isRemoved = stored !== undefined && states.includes(stored.state);
  if (isRemoved) await change.store.delete(stored.order!);
  await change.done;
  await changed();
  return isRemoved;
}

async function changed(): Promise<void> {
  others.postMessage('changed');
  await show();
}

async function show(): Promise<void> {
  const who = await recall();
  const stored = who === null ? [] : await (await database()).getAllFromIndex('queue', 'owner', who);
  queue.value = await Promise.all(stored.map(opened));
}

async function opened(stored: QueuedDecision): Promise<Entry> {
  const content = await unseal<Content>(stored.owner, placeOf(stored.id), stored);
  return { order: stored.order!, tenant: stored.tenant, state: stored.state, isHeld: leftOf(stored) > 0, ...content };
}

function placeOf(id: string): string {
  return `decision ${id}`;
}
