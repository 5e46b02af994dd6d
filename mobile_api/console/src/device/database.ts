/** What this browser stores for the people who use it. What is theirs to read is sealed. */

import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

export interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly data: ArrayBuffer;
}

/** A person's last answer of an address, for one tenant. */
export interface KeptAnswer extends Sealed {
  readonly owner: string;
  readonly tenant: string;
  readonly path: string;
  readonly at: number;
}

/** `sending`: the platform may have it, and did not say so. */
export type State = 'waiting' | 'sending' | 'accepted' | 'refused';

export interface QueuedDecision extends Sealed {
  readonly order?: number;
  readonly owner: string;
  readonly tenant: string;
  readonly id: string;
  readonly state: State;
  /** Until then, in milliseconds of this browser's clock, its person may take it back, and nobody sends it. */
  readonly heldUntil?: number;
}

/** A key pair that signs here for one person in one tenant. `id` is the platform's name for the
 * device; empty until the platform knows it. `endpoint` is where it was told to push. */
export interface DeviceKey {
  readonly owner: string;
  readonly tenant: string;
  readonly id: string;
  readonly isConfirmed: boolean;
  readonly endpoint?: string;
  readonly pair: CryptoKeyPair;
}

interface Schema extends DBSchema {
  /** `owner`: whose browser this was last. `ahead`: the server's clock less this one's. */
  settings: { key: 'owner' | 'ahead'; value: string | number };
  vaults: { key: string; value: CryptoKey };
  answers: { key: [string, string, string]; value: KeptAnswer; indexes: { at: number } };
  queue: { key: number; value: QueuedDecision; indexes: { owner: string; id: string } };
  devices: { key: [string, string]; value: DeviceKey };
}

export type Database = IDBPDatabase<Schema>;

let opened: Promise<Database> | null = null;

/** The database of this browser. Throws where it stores nothing. */
export function database(): Promise<Database> {
  opened ??= open();
  opened.catch(() => (opened = null));
  return opened;
}

function open(): Promise<Database> {
  return openDB<Schema>('assent', 1, {
    upgrade(made) {
      made.createObjectStore('settings');
      made.createObjectStore('vaults');
      made.createObjectStore('answers', { keyPath: ['owner', 'tenant', 'path'] }).createIndex('at', 'at');
      const queue = made.createObjectStore('queue', { keyPath: 'order', autoIncrement: true });
      queue.createIndex('owner', 'owner');
      queue.createIndex('id', 'id', { unique: true });
      made.createObjectStore('devices', { keyPath: ['owner', 'tenant'] });
    },
    // Another page has a newer release, whose database has another shape.
    blocking: (_, __, event) => {
      (event.target as IDBDatabase).close();
      opened = null;
    },
    terminated: () => (opened = null),
  });
}
