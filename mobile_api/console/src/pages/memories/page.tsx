import { useState } from 'preact/hooks';

import type { MemoryLearnedView, MemoryView } from '../../api/generated.ts';
import type { Write } from '../../api/call.ts';
import { instantInWords } from '../../kit/time.ts';
import { Said, useChanged } from '../../parts/changed.tsx';
import { text, type FieldEntry, type Values } from '../../parts/field.tsx';
import { Act } from '../../parts/form.tsx';
import { Pages } from '../../parts/pages.tsx';
import { addressOf } from '../../route.ts';
import { words } from '../../words.ts';
import { memories as say } from '../../words/memories.ts';
import { Memory } from './memory.tsx';

/** What agents remember, all of them or one; now, or at an earlier time. */
export function Memories({ id: agent }: { id: string }) {
  const { turn, said, changed } = useChanged();
  const [then, setThen] = useState('');
  const path = pathOf(agent, then);
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.memories}</h1>
      <p>{say.about}</p>
      {agent && (
        <p>
          {say.of(agent)} <a href={addressOf('memories')}>{say.ofAll}</a>
        </p>
      )}
      <Said turn={turn} said={said} />
      <div class="acts">
        <Act<MemoryLearnedView>
          label={say.tell}
          send={say.tellNow}
          about={say.aboutTell}
          fields={FIELDS}
          start={{ agent, tier: 'semantic' }}
          request={requestOf}
          done={(told) => changed(told.evicted.length > 0 ? say.madeRoom(told.evicted.length) : say.isTold)}
        />
      </div>
      <Then key={then} then={then} looked={setThen} />
      <Pages<MemoryView> key={`${turn} ${path}`} path={path} none={then ? say.noneThen : say.none}>
        {(memory) => <Memory of={memory} isPast={then !== ''} changed={changed} />}
      </Pages>
    </>
  );
}

const FIELDS: readonly FieldEntry[] = [
  { name: 'fact', label: say.fact, kind: 'words', most: 1000 },
  { name: 'agent', label: say.agent, isOptional: true, hint: say.agentHint },
  { name: 'tier', label: say.tier, kind: 'one', options: say.tiers },
];

function requestOf(values: Values): Write {
  const agent = text(values, 'agent');
  return {
    method: 'POST',
    path: '/v1/memories',
    body: {
      fact: text(values, 'fact'),
      tier: text(values, 'tier'),
      ...(agent ? { scope: 'agent', agent_id: agent } : { scope: 'tenant' }),
    },
    isOnce: true,
  };
}

function Then({ then, looked }: { then: string; looked: (then: string) => void }) {
  const [typed, setTyped] = useState(then);
  return (
    <details>
      <summary>{then ? say.narrowed(instantInWords(new Date(then).toISOString())) : say.now}</summary>
      <form
        class="search"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          looked(typed);
        }}
      >
        <label>
          {say.asOf}
          <input type="datetime-local" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
          <small>{say.asOfHint}</small>
        </label>
        <button>{say.look}</button>
      </form>
    </details>
  );
}

function pathOf(agent: string, then: string): string {
  const query = new URLSearchParams();
  if (agent) query.set('agent_id', agent);
  if (then) query.set('as_of', new Date(then).toISOString());
  return query.size > 0 ? `/v1/memories?${query}` : '/v1/memories';
}
