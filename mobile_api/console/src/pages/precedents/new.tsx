import { useEffect, useRef, useState } from 'preact/hooks';

import type { Card, PrecedentSeed } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { Field, type FieldEntry } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Pairs } from '../../parts/pairs.tsx';
import { addressOf, go } from '../../route.ts';
import { words } from '../../words.ts';
import { newPrecedent as say, precedents } from '../../words/precedents.ts';
import { Conditions } from './conditions.tsx';
import { bodyOf, EMPTY, isWhole, type Draft } from './draft.ts';

const LAST = say.steps.length - 1;
const KINDS = ['artifact', 'communication', 'execution', 'financial', 'constitutional'];

/** A precedent in four steps; going back keeps what was written. */
export function NewPrecedent() {
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const [step, setStep] = useState(0);
  const heading = useRef<HTMLHeadingElement>(null);
  const hasMoved = useRef(false);
  useEffect(() => {
    if (hasMoved.current) heading.current?.focus();
  }, [step]);
  const to = (next: number) => {
    hasMoved.current = true;
    setStep(next);
  };
  const set = (changed: Partial<Draft>) => setDraft({ ...draft, ...changed });
  const name = say.steps[step]!;
  return (
    <>
      <h1 tabIndex={-1}>{say.title}</h1>
      <h2 tabIndex={-1} ref={heading}>
        {say.step(step + 1, say.steps.length, name)}
      </h2>
      {step < LAST ? (
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault();
            if (isWhole(draft, step)) to(step + 1);
          }}
        >
          {step === 0 && <Requests draft={draft} set={set} />}
          {step === 1 && <Conditions draft={draft} set={set} />}
          {step === 2 && <Rationale draft={draft} set={set} />}
          <div class="verbs">
            {step > 0 && (
              <button type="button" onClick={() => to(step - 1)}>
                {words.form.back}
              </button>
            )}
            <button disabled={!isWhole(draft, step)}>{say.next}</button>
          </div>
        </form>
      ) : (
        <Review draft={draft} back={() => to(step - 1)} />
      )}
    </>
  );
}

interface Properties {
  draft: Draft;
  set: (changed: Partial<Draft>) => void;
}

function Requests({ draft, set }: Properties) {
  const domains = Object.entries(precedents.domains);
  const ask = (field: FieldEntry, name: 'title' | 'domain' | 'kind' | 'risk') => (
    <Field field={field} value={draft[name]} set={(value) => set({ [name]: value as string })} />
  );
  return (
    <>
      {ask({ name: 'title', label: say.name, most: 200 }, 'title')}
      {ask({ name: 'domain', label: precedents.domain, kind: 'one', options: domains }, 'domain')}
      {ask({ name: 'kind', label: precedents.kind, kind: 'one', options: KINDS.map((each) => [each, each]) }, 'kind')}
      {ask({ name: 'risk', label: precedents.risk, kind: 'one', options: Object.entries(words.risk) }, 'risk')}
      <Loaded read={() => read<{ items: readonly Card[] }>('/v1/mobile/approvals?status=decided&limit=100')}>
        {({ items }) => (
          <label>
            {say.example}
            <select value={draft.example} onChange={(event) => set({ example: event.currentTarget.value })}>
              <option value="">{say.noExample}</option>
              {items.filter((each) => each.status === 'approved').map((each) => (
                <option value={each.id}>{each.summary}</option>
              ))}
            </select>
            <small>{say.exampleHint}</small>
          </label>
        )}
      </Loaded>
    </>
  );
}

function Rationale({ draft, set }: Properties) {
  const count = [...draft.rationale.trim()].length;
  const field: FieldEntry = {
    name: 'rationale',
    label: say.rationale,
    kind: 'words',
    hint: say.rationaleHint(count),
    most: 4000,
  };
  return <Field field={field} value={draft.rationale} set={(value) => set({ rationale: value as string })} />;
}

function Review({ draft, back }: { draft: Draft; back: () => void }) {
  return (
    <>
      <Pairs
        of={[
          [say.name, draft.title],
          [precedents.domain, precedents.domains[draft.domain as keyof typeof precedents.domains]],
          [precedents.kind, draft.kind],
          [precedents.risk, words.risk[draft.risk as keyof typeof words.risk]],
          [
            precedents.conditions,
            <ul>
              {draft.conditions.map((each) => (
                <li>{precedents.condition(each.field, precedents.ops[each.op as keyof typeof precedents.ops], each.value)}</li>
              ))}
            </ul>,
          ],
          [say.rationale, draft.rationale],
          [precedents.example, draft.example],
        ]}
      />
      <Form<PrecedentSeed>
        send={say.send}
        back={back}
        request={() => ({ method: 'POST', path: '/v1/precedent-seeds', body: bodyOf(draft) })}
        done={(made) => go(addressOf('precedents', made.seed_id))}
      />
    </>
  );
}
