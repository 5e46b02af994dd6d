/** Who acts in this browser for the chosen tenant, and their roles there. */

import { effect, signal } from '@preact/signals';

import type { Me } from './api/generated.ts';
import { read } from './api/call.ts';
import { tenant } from './session.ts';

/** Null until the platform said it. */
export const me = signal<Me | null>(null);

/** Whether they have one of the roles; nobody has, until it is known who they are. */
export function hasOne(roles: readonly string[]): boolean {
  return roles.some((each) => me.value?.roles.includes(each));
}

/** Asks who they are, now and whenever another tenant is chosen. */
export function followMe(): void {
  effect(() => {
    const chosen = tenant.value;
    me.value = null;
    // Where this fails the page says why: it cannot read anything either.
    read<Me>('/v1/me').then(
      (found) => tenant.peek() === chosen && (me.value = found),
      () => undefined,
    );
  });
}
