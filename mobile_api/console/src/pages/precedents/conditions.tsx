import type { CardDetail } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import type { Json } from '../../kit/canonical.ts';
import { leavesOf, typedOf } from '../../kit/conditions.ts';
import { Field } from '../../parts/field.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { newPrecedent as say, precedents } from '../../words/precedents.ts';
import { lineOf, type Draft, type Line } from './draft.ts';

const OPS = Object.entries(precedents.ops);
const MOST = 16;

interface Properties {
  draft: Draft;
  set: (changed: Partial<Draft>) => void;
}

/** The conditions of a precedent, written by hand or taken from the content of an example. */
export function Conditions({ draft, set }: Properties) {
  const lines = draft.conditions;
  const put = (conditions: readonly Line[]) => set({ conditions });
  return (
    <>
      <p>{say.aboutConditions}</p>
      {draft.example && (
        <Example id={draft.example} taken={lines} take={(line) => lines.length < MOST && put([...lines, line])} />
      )}
      {lines.length === 0 && <p>{say.noConditions}</p>}
      {lines.map((line, place) => (
        <Condition
          key={place}
          line={line}
          set={(changed) => put(lines.map((each, other) => (other === place ? { ...each, ...changed } : each)))}
          remove={() => put(lines.filter((_, other) => other !== place))}
        />
      ))}
      <button
        type="button"
        disabled={lines.length === MOST}
        onClick={() => put([...lines, { field: 'content.', op: 'eq', value: '' }])}
      >
        {say.add}
      </button>
    </>
  );
}

interface ConditionProperties {
  line: Line;
  set: (changed: Partial<Line>) => void;
  remove: () => void;
}

function Condition({ line, set, remove }: ConditionProperties) {
  return (
    <fieldset class="condition">
      <legend>{line.field}</legend>
      <Field
        field={{ name: 'field', label: say.field, hint: say.fieldHint }}
        value={line.field}
        set={(field) => set({ field: field as string })}
      />
      <Field
        field={{ name: 'op', label: say.op, kind: 'one', options: OPS }}
        value={line.op}
        set={(op) => set({ op: op as string })}
      />
      <Field
        field={{ name: 'value', label: say.value, hint: say.valueHint, isOptional: line.op === 'exists' }}
        value={line.value}
        set={(value) => set({ value: value as string })}
      />
      <button type="button" onClick={remove}>
        {say.remove(line.field)}
      </button>
    </fieldset>
  );
}

interface ExampleProperties {
  id: string;
  taken: readonly Line[];
  take: (line: Line) => void;
}

function Example({ id, taken, take }: ExampleProperties) {
  return (
    <details>
      <summary>{say.from}</summary>
      <Loaded read={() => read<CardDetail>(`/v1/mobile/approvals/${encodeURIComponent(id)}`)}>
        {(card) => (
          <ul class="rows">
            {leavesOf((card.content ?? null) as Json).map((leaf) => (
              <li class="leaf" key={leaf.field}>
                <span>
                  <code>{leaf.field}</code> {typedOf(leaf.value).slice(0, 200)}
                </span>
                <button
                  type="button"
                  aria-label={say.take(leaf.field)}
                  disabled={taken.some((each) => each.field === leaf.field)}
                  onClick={() => take(lineOf(leaf))}
                >
                  +
                </button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </details>
  );
}
