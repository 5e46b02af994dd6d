import { useState } from 'preact/hooks';

import type { AgentDetail } from '../../api/generated.ts';
import type { Json } from '../../kit/canonical.ts';
import { spaced } from '../../kit/text.ts';
import { instantInWords } from '../../kit/time.ts';
import { called } from '../../names.ts';
import { Said, useChanged } from '../../parts/changed.tsx';
import { Ids } from '../../parts/ids.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Pairs } from '../../parts/pairs.tsx';
import { Value } from '../../parts/value.tsx';
import { words } from '../../words.ts';
import { agent as say } from '../../words/agent.ts';
import { AgentActs } from './acts.tsx';
import { CaseActs } from './case.tsx';
import { NewAgent } from './new.tsx';
import { readAgent, type Found } from './reading.ts';
import { Recalls } from './recalls.tsx';
import { Stages } from './stages.tsx';

/** One agent: how it is, what may be done with it, how it came to be, and what it may do; or the form for another one. */
export function AgentPage({ id }: { id: string }) {
  return id === 'new' ? <NewAgent /> : <OneAgent id={id} />;
}

function OneAgent({ id }: { id: string }) {
  const { turn, said, changed } = useChanged();
  return (
    <Loaded read={() => readAgent(id)}>
      {(found, again) => (
        <Shown
          {...found}
          turn={turn}
          said={said}
          changed={(next) => {
            changed(next);
            again(() => readAgent(id));
          }}
        />
      )}
    </Loaded>
  );
}

interface Properties extends Found {
  turn: number;
  said: string;
  changed: (said: string) => void;
}

function Shown({ agent, newest, turn, said, changed }: Properties) {
  return (
    <article>
      <h1 tabIndex={-1}>{agent.name}</h1>
      <p class="facts">
        <span>{spaced(agent.status)}</span>
        <span class={agent.health}>{agent.health}</span>
        <span>{words.agents.version(agent.version)}</span>
      </p>
      <Said turn={turn} said={said} />
      <State agent={agent} />
      <AgentActs agent={agent} changed={changed} />
      <Recalls agent={agent} turn={turn} changed={changed} />
      <Reports agent={agent} />
      <CaseActs agent={agent} newest={newest} changed={changed} />
      <Stages of={newest} />
      <Spec agent={agent} />
      <Ids of={peopleIn(agent, newest)} />
    </article>
  );
}

/** Who is called by their name on the page. */
function peopleIn({ authors, suspension, reactivation, reports }: AgentDetail, newest: Found['newest']): readonly (string | undefined)[] {
  return [...authors, newest.requested_by, suspension?.by, reactivation?.by, ...reports.map((each) => each.latest_by)];
}

function State({ agent }: { agent: AgentDetail }) {
  const { suspension, reactivation, held_reading: held } = agent;
  return (
    <Pairs
      of={[
        [say.mode, agent.mode],
        [say.suspended, suspension && say.because(spaced(suspension.trigger), suspension.reason)],
        [say.suspendedBy, suspension && say.by(called(suspension.by), instantInWords(suspension.at))],
        [say.reactivated, reactivation && reactivation.reason],
        [say.reactivatedBy, reactivation && say.by(called(reactivation.by), instantInWords(reactivation.at))],
        [say.heldReading, held && say.heldUntil(held.reading, instantInWords(held.until))],
        [say.authors, agent.authors.map(called).join(', ')],
        [say.workspace, agent.workspace_id],
        [say.id, <code>{agent.agent_id}</code>],
      ]}
    />
  );
}

function Reports({ agent }: { agent: AgentDetail }) {
  if (agent.reports.length === 0) return null;
  return (
    <section>
      <h2>{say.reports}</h2>
      <ul class="rows">
        {agent.reports.map((each) => (
          <li>
            <span class="summary">{say.reported(spaced(each.trigger), each.count)}</span>
            <span class="facts">
              <span>{each.latest_evidence}</span>
              <span>{say.by(called(each.latest_by), instantInWords(each.latest_at))}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Spec({ agent }: { agent: AgentDetail }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <section>
      <h2>{say.spec}</h2>
      <p>
        <code>{agent.spec_hash}</code>
      </p>
      {agent.spec === null ? (
        <p>{agent.erased_at === null ? say.noSpec : say.erased(instantInWords(agent.erased_at))}</p>
      ) : (
        <details onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>{say.showSpec}</summary>
          {isOpen && <Value value={agent.spec as Json} />}
        </details>
      )}
    </section>
  );
}
