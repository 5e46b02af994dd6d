import { useState } from 'preact/hooks';

import type { CaseAccepted, Finding } from '../../api/generated.ts';
import type { Json } from '../../kit/canonical.ts';
import { writtenSpec } from '../../kit/spec.ts';
import { spaced } from '../../kit/text.ts';
import { instantInWords } from '../../kit/time.ts';
import { yamlOf } from '../../kit/yaml.ts';
import { Said, useChanged } from '../../parts/changed.tsx';
import { text } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { addressOf, go } from '../../route.ts';
import { agentSpec as say } from '../../words/agent.ts';
import { readAgent, type Found } from './reading.ts';
import { Findings } from './stages.tsx';

/** The spec of an agent, to be revised or changed. */
export function AgentSpec({ id }: { id: string }) {
  return <Loaded read={() => readAgent(id)}>{(found) => <Change {...found} />}</Loaded>;
}

function Change({ agent, newest }: Found) {
  const isRevised = newest.revisable_until !== null;
  const start = agent.spec === null ? '' : yamlOf(writtenSpec(agent.spec as Readonly<Record<string, Json>>));
  return (
    <>
      <h1 tabIndex={-1}>{(isRevised ? say.revise : say.change)(agent.name)}</h1>
      {isRevised && newest.kind !== 'creation' && <p>{say.serves}</p>}
      {newest.ended_at === null && !isRevised ? (
        <p>
          {say.open} <a href={addressOf('agents', agent.agent_id)}>{agent.name}</a>
        </p>
      ) : (
        <SpecForm
          start={start}
          path={isRevised ? revisionsOf(newest.case_id) : `/v1/agents/${encodeURIComponent(agent.agent_id)}/changes`}
          send={isRevised ? say.sendRevision : say.sendChange}
          found={isRevised ? newest.stages.flatMap((each) => each.findings ?? []) : []}
        />
      )}
    </>
  );
}

interface Properties {
  start: string;
  /** Where it is sent first; where the case is returned, its revisions are sent to the case. */
  path: string;
  send: string;
  /** What was found in it before. */
  found?: readonly Finding[];
}

/** A spec as its author writes it. Where its case is returned, what was found is shown above it, and
 * the same text is revised. */
export function SpecForm({ start, path, send, found = [] }: Properties) {
  const { turn, said, changed } = useChanged();
  const [returned, setReturned] = useState<CaseAccepted>();
  const done = (answer: CaseAccepted) => {
    if (answer.revisable_until === null) return go(addressOf('agents', answer.agent_id));
    setReturned(answer);
    changed(say.returned(spaced(answer.status), instantInWords(answer.revisable_until)));
  };
  return (
    <>
      <Said turn={turn} said={said} />
      <Findings of={returned?.findings ?? found} />
      <Form<CaseAccepted>
        fields={[{ name: 'spec', label: say.spec, kind: 'code', hint: say.specHint }]}
        start={{ spec: start }}
        send={returned ? say.sendRevision : send}
        request={(values) => ({
          method: 'POST',
          path: returned ? revisionsOf(returned.case_id) : path,
          body: `${text(values, 'spec')}\n`,
        })}
        done={done}
      />
    </>
  );
}

function revisionsOf(caseId: string): string {
  return `/v1/workflows/${encodeURIComponent(caseId)}/revisions`;
}
