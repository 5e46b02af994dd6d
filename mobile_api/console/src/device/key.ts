/** The key of this device: made here, never taken out of this browser, and known to the platform as
 * its person's. Decisions without a connection are signed with it. */

import { signal } from '@preact/signals';

import type { Device, DeviceOptions, Devices } from '../api/generated.ts';
import { read, send, write } from '../api/call.ts';
import type { Json } from '../kit/canonical.ts';
import { signed } from '../kit/jws.ts';
import { tenant } from '../session.ts';
import { database, type DeviceKey } from './database.ts';
import { owner, recall } from './owner.ts';
import { subscription, unsubscribe } from './subscription.ts';

const PATH = '/v1/mobile/devices';
const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const TYPES = { proof: 'device-proof+jws', confirmation: 'device-confirmation+jws', decision: 'decision+jws' };

/** The key of the person who is signed in here, for the chosen tenant; null where there is none. */
export const deviceKey = signal<DeviceKey | null>(null);

/** Remembers the key. */
export async function recallKey(): Promise<void> {
  const who = await recall();
  deviceKey.value = who === null ? null : ((await storedKey(who)) ?? null);
}

/** Makes a key, and tells the platform that it is this person's. What broke off is continued. Throws
 * Problem `sign_in_too_old` where the sign-in is over five minutes ago. */
export async function enrol(name: string): Promise<void> {
  const who = owner.value!;
  const of = tenant.value!;
  // Where the browser agrees, what it keeps here stays when its disk is full.
  await navigator.storage.persist();
  let made = await storedKey(who);
  if (made === undefined) {
    const pair = await crypto.subtle.generateKey(CURVE, false, ['sign', 'verify']);
    made = await store({ owner: who, tenant: of, id: '', isConfirmed: false, pair });
  }
  const { challenge } = await send<DeviceOptions>(`${PATH}/options`, {});
  const statement = { v: 1, tenant: of, principal: who, challenge };
  const proof = await signed(made.pair.privateKey, TYPES.proof, statement);
  const key = await publicOf(made.pair);
  const device = await posted<Device>(PATH, { platform: 'web', name, key, proof });
  await store({ ...made, id: device.device_id, isConfirmed: device.confirmed_at !== null });
}

/** The person's devices, the oldest first, and what the platform says of this one. */
export async function readDevices(): Promise<readonly Device[]> {
  const { items } = await read<Devices>(PATH);
  const mine = deviceKey.value;
  const known = items.find((each) => each.device_id === mine?.id);
  if (mine !== null && mine.id !== '' && known === undefined) await drop();
  else if (mine !== null && known !== undefined) await store({ ...mine, isConfirmed: known.confirmed_at !== null });
  return items;
}

/** Lets the key of another device of this person's sign from now on. */
export async function confirm(device: Device): Promise<void> {
  const { device_id, thumbprint } = device;
  const statement = { v: 1, tenant: tenant.value!, device_id, thumbprint };
  const signature = await sign(TYPES.confirmation, statement);
  await posted(`${PATH}/${device_id}/confirm`, { signature });
}

/** Lets the key of this device sign from now on. Throws Problem unless its person has just signed in
 * by passkey. */
export async function confirmByPasskey(): Promise<void> {
  await posted(`${PATH}/${deviceKey.value!.id}/confirm`, {});
}

/** Ends what a device of this person's may do. */
export async function removeDevice(id: string): Promise<void> {
  await write({ method: 'DELETE', path: `${PATH}/${id}` }, crypto.randomUUID());
  if (id === deviceKey.value?.id) await drop();
}

/** This device's signature of a decision. Undefined where the platform does not count its key. */
export async function signDecision(statement: Json): Promise<string | undefined> {
  return deviceKey.value?.isConfirmed ? sign(TYPES.decision, statement) : undefined;
}

/** Whether what waits for this person is pushed to this browser. */
export async function isTold(device: Device): Promise<boolean> {
  const endpoint = (await subscription())?.endpoint;
  return device.has_push && endpoint !== undefined && endpoint === deviceKey.value?.endpoint;
}

/** From now on what waits is pushed to this browser, whose key the platform knows. */
export async function tell(subscribed: PushSubscription): Promise<void> {
  const mine = deviceKey.value!;
  const key = await publicOf(mine.pair);
  await posted(PATH, { platform: 'web', key, subscription: subscribed.toJSON() as Json });
  await store({ ...mine, endpoint: subscribed.endpoint });
}

/** Nothing is pushed to this browser any more, by any tenant. */
export async function tellNothing(): Promise<void> {
  await unsubscribe();
  const { endpoint: _, ...mine } = deviceKey.value!;
  await store(mine);
}

function posted<T>(path: string, body: Json): Promise<T> {
  return write<T>({ method: 'POST', path, body }, crypto.randomUUID());
}

async function sign(typ: string, statement: Json): Promise<string> {
  const { pair, id } = deviceKey.value!;
  return signed(pair.privateKey, typ, statement, id);
}

async function publicOf(pair: CryptoKeyPair): Promise<Json> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  return { kty: kty!, crv: crv!, x: x!, y: y! };
}

async function storedKey(who: string): Promise<DeviceKey | undefined> {
  return tenant.value === null ? undefined : (await database()).get('devices', [who, tenant.value]);
}

async function store(key: DeviceKey): Promise<DeviceKey> {
  await (await database()).put('devices', key);
  deviceKey.value = key;
  return key;
}

async function drop(): Promise<void> {
  const { owner: who, tenant: of } = deviceKey.value!;
  await (await database()).delete('devices', [who, of]);
  deviceKey.value = null;
}
