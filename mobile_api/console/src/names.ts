/** What the members, the agents and the precedents of the chosen tenant are called. */

import { effect, signal } from '@preact/signals';

import type { AgentPage, MemberPage, PrecedentSeed } from './api/generated.ts';
import { MEMBERS, read } from './api/call.ts';
import { toldApart } from './kit/names.ts';
import { tenant } from './session.ts';

// Isolates a name from the words around it, whichever way its letters run.
const [BEGIN, END] = ['\u2068', '\u2069'];

const members = directory<MemberPage>(MEMBERS, ({ items }) => items.map((each) => [each.principal_id, each.display_name]));
const agents = directory<AgentPage>('/v1/mobile/agents?limit=100', ({ items }) => items.map((each) => [each.agent_id, each.name]));
const precedents = directory<{ items: readonly PrecedentSeed[] }>('/v1/precedent-seeds?limit=100', ({ items }) =>
  items.map((each) => [each.seed_id, each.title]),
);

/** The name of a member, an agent or a precedent, once the platform said it; null for one that has none or shares it, for
 * the platform's own functions, and where nobody answers. */
export function nameOf(id: string): string | null {
  if (id.includes(':')) return null;
  if (id.startsWith('agt_')) return agents(id);
  return id.startsWith('pre_') ? precedents(id) : members(id);
}

/** Its name as part of a sentence, or else its id. */
export function called(id: string): string {
  const name = nameOf(id);
  return name === null ? id : `${BEGIN}${name}${END}`;
}

/** Names of the first hundred things in a list of the API, by their ids; others have none. The list is read once a name is
 * looked for. */
function directory<T>(path: string, of: (page: T) => readonly (readonly [string, string | null])[]): (id: string) => string | null {
  const names = signal<ReadonlyMap<string, string>>(new Map());
  let askedFor: string | null = null;
  const ask = () => {
    const chosen = tenant.peek();
    if (chosen === null || askedFor === chosen) return;
    askedFor = chosen;
    read<T>(path).then(
      (page) => {
        if (tenant.peek() === chosen) names.value = toldApart(of(page));
      },
      // Ids are shown meanwhile; another page asks again.
      () => {
        if (askedFor === chosen) askedFor = null;
      },
    );
  };
  effect(() => {
    void tenant.value;
    askedFor = null;
    names.value = new Map();
  });
  return (id) => {
    ask();
    return names.value.get(id) ?? null;
  };
}
