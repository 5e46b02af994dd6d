import type { MemoryLearnedView, MemoryView } from '../../api/generated.ts';
import type { Write } from '../../api/call.ts';
import { instantInWords } from '../../kit/time.ts';
import { text, type FieldEntry, type Values } from '../../parts/field.tsx';
import { Act } from '../../parts/form.tsx';
import { Row } from '../../parts/row.tsx';
import { addressOf } from '../../route.ts';
import { memories as say } from '../../words/memories.ts';

interface Properties {
  of: MemoryView;
  /** Whether it is shown as it was at an earlier time. */
  isPast: boolean;
  changed: (said: string) => void;
}

/** One fact: where it is from, when it holds, and what may be done with it. */
export function Memory({ of: memory, isPast, changed }: Properties) {
  const path = `/v1/memories/${encodeURIComponent(memory.memory_id)}`;
  const fact = memory.fact ?? say.erased;
  return (
    <Row summary={fact} facts={factsOf(memory)}>
      {!isPast && memory.status === 'held' && (
        <div class="acts">
          <Act<MemoryLearnedView>
            label={say.correct}
            of={fact}
            send={say.correctNow}
            about={say.aboutCorrect}
            fields={FIELDS}
            start={{ fact }}
            request={(values) => correctionOf(path, values)}
            done={() => changed(say.isCorrected)}
          />
          <Act<MemoryView>
            label={say.erase}
            of={fact}
            send={say.eraseNow}
            about={say.aboutErase}
            request={() => ({ method: 'DELETE', path })}
            done={() => changed(say.isErased)}
          />
        </div>
      )}
    </Row>
  );
}

const FIELDS: readonly FieldEntry[] = [
  { name: 'fact', label: say.fact, kind: 'words', most: 1000 },
  { name: 'since', label: say.since, kind: 'day', isOptional: true, hint: say.sinceHint },
];

function correctionOf(path: string, values: Values): Write {
  const since = text(values, 'since');
  return {
    method: 'POST',
    path: `${path}/correct`,
    body: { fact: text(values, 'fact'), ...(since && { valid_from: `${since}T00:00:00.000Z` }) },
    isOnce: true,
  };
}

function factsOf(memory: MemoryView) {
  return [
    sourceOf(memory),
    say.scopes[memory.scope],
    memory.labels.includes('untrusted') && <span class="warning">{say.untrusted}</span>,
    say.learned(instantInWords(memory.learned_at), memory.source.kind === 'person' ? null : memory.learned_by),
    memory.valid_from && say.holdsSince(instantInWords(memory.valid_from)),
    memory.valid_to && say.heldUntil(instantInWords(memory.valid_to)),
    memory.expires_at && say.keptUntil(instantInWords(memory.expires_at)),
    memory.run_id && <a href={addressOf('runs', memory.run_id)}>{say.run}</a>,
    memory.agent_id && <a href={addressOf('agents', memory.agent_id)}>{say.agentPage}</a>,
  ];
}

function sourceOf({ source }: MemoryView) {
  switch (source.kind) {
    case 'person':
      return say.sources.person(source.id);
    case 'call':
      return say.sources.call(source.operation ?? source.id);
    case 'approval':
      return <a href={addressOf('approvals', source.id)}>{say.sources.approval}</a>;
    default:
      return say.sources[source.kind];
  }
}
