/** What the members of the chosen tenant are called. */

import { effect, signal } from '@preact/signals';

import type { MemberPage } from './api/generated.ts';
import { read } from './api/call.ts';
import { tenant } from './session.ts';

// Those who joined last. Others are shown by their ids.
const PATH = '/v1/members?limit=100';

const names = signal<ReadonlyMap<string, string>>(new Map());
let askedFor: string | null = null;

/** The name of a member, once the platform said it; null of who has none, or where nobody answers. */
export function nameOf(id: string): string | null {
  ask();
  return names.value.get(id) ?? null;
}

function ask(): void {
  const of = tenant.peek();
  if (of === null || askedFor === of) return;
  askedFor = of;
  read<MemberPage>(PATH).then(
    ({ items }) => {
      if (tenant.peek() === of) names.value = new Map(items.flatMap((each) => (each.display_name ? [[each.principal_id, each.display_name]] : [])));
    },
    // Ids are shown meanwhile; another page asks again.
    () => {
      if (askedFor === of) askedFor = null;
    },
  );
}

effect(() => {
  void tenant.value;
  askedFor = null;
  names.value = new Map();
});
