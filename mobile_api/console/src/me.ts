/** Who acts in this browser for the chosen tenant, and their roles there. */

import { effect, signal } from '@preact/signals';

import type { Me } from './api/generated.ts';
import { read } from './api/call.ts';
import { isOnline } from './device/connection.ts';
import { tenant } from './session.ts';

/** Null until the platform said it. */
export const me = signal<Me | null>(null);

/** Why it could not be asked; null where it could. */
export const unknownBecause = signal<unknown>(null);

let asked: Promise<Me> | undefined;
// Whether what is known may be only what was kept.
let isOld = false;

/** Who acts, once the platform said it. Throws as `read` does. */
export function whoActs(): Promise<Me> {
  asked ??= read<Me>('/v1/me').catch((error) => {
    asked = undefined;
    throw error;
  });
  return asked;
}

/** Whether they have one of the roles; nobody has, until it is known who they are. */
export function hasOne(roles: readonly string[]): boolean {
  return roles.some((each) => me.value?.roles.includes(each));
}

/** Asks who they are, now and whenever another tenant is chosen. */
export function followMe(): void {
  effect(() => {
    void tenant.value;
    askWho();
  });
  isOnline.subscribe((isThere) => {
    if (!isThere || !isOld) return;
    asked = undefined;
    askAnew();
  });
}

/** Asks who they are in the tenant that is chosen now. */
export function askWho(): void {
  me.value = null;
  asked = undefined;
  askAnew();
}

/** Asks again; what was known stays until there is an answer. */
function askAnew(): void {
  const chosen = tenant.peek();
  const isChosen = () => tenant.peek() === chosen;
  isOld = !isOnline.peek();
  unknownBecause.value = null;
  whoActs().then(
    (found) => isChosen() && (me.value = found),
    (problem: unknown) => isChosen() && (unknownBecause.value = problem),
  );
}
