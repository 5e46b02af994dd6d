import { useState } from 'preact/hooks';

import type { CardPage, PolicyRecord, SignedCard } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { errorsAt, errorsBeside } from '../../kit/errors.ts';
import { followed } from '../../kit/followed.ts';
import { Field, text, Wrong, type FieldEntry, type Values } from '../../parts/field.tsx';
import { Trouble } from '../../parts/loaded.tsx';
import { useSubmit } from '../../parts/write.ts';
import { addressOf, go } from '../../route.ts';
import { words } from '../../words.ts';
import { approvalPolicy as say } from '../../words/approval-policy.ts';
import { ADDED, bodyOf, othersOf, valuesOf } from './draft.ts';

const RISKS = Object.entries(words.risk);
const ENTRY: readonly FieldEntry[] = [
  { name: 'kind', label: say.kind, kind: 'one', options: say.kinds },
  { name: 'min_risk', label: say.fromRisk, kind: 'one', options: RISKS },
  { name: 'min_amount_usd_micros', label: say.fromAmount, when: (values) => text(values, 'kind') === 'financial' },
  { name: 'rule.kind', label: say.howMany, kind: 'one', options: say.choices },
  { name: 'rule.m', label: say.m, kind: 'number', when: (values) => text(values, 'rule.kind') === 'm_of_n' },
  { name: 'rule.of', label: say.who, kind: 'lines', hint: say.whoHint },
  { name: 'deadline_seconds', label: say.deadline, kind: 'number', isOptional: true, hint: say.deadlineHint },
  { name: 'shortest_deadline_seconds', label: say.shortest, kind: 'number', isOptional: true, hint: say.deadlineHint },
  {
    name: 'silence_approves',
    label: say.silence,
    kind: 'lines',
    isOptional: true,
    hint: say.silenceHint,
    when: (values) => text(values, 'kind') === 'artifact' || text(values, 'silence_approves') !== '',
  },
];
const OTHERS: readonly FieldEntry[] = [
  { name: 'passkey.from_risk', label: say.passkey, kind: 'one', isOptional: true, options: RISKS.map(([each, risk]) => [each, say.passkeys.from(risk)]) },
  {
    name: 'passkey',
    label: say.signs,
    kind: 'some',
    options: [
      ['irreversible', say.passkeys.irreversible],
      ['break_glass', say.passkeys.glass],
    ],
  },
  { name: 'words_per_minute', label: say.words, kind: 'number', isOptional: true, hint: say.wordsHint },
  { name: 'veto_waits_for_device', label: say.waits, kind: 'some', options: [['yes', say.yes]] },
  { name: 'reason', label: say.reason, kind: 'words', hint: say.reasonHint, most: 1900 },
];

/** Waits until the new card is among the newest. */
async function isListed(id: string): Promise<void> {
  await followed(
    () => read<CardPage>('/v1/mobile/approvals?limit=25'),
    ({ items }) => items.some((card) => card.id === id),
  );
}

/** A whole policy in place of the one that holds: its rules, and what holds for all of them. */
export function Propose({ policy }: { policy: PolicyRecord }) {
  const [entries, setEntries] = useState<readonly Values[]>(policy.entries.map(valuesOf));
  const [others, setOthers] = useState<Values>(othersOf(policy));
  const { form, submit, isSending, problem, errors } = useSubmit(
    () => ({ method: 'PUT', path: '/v1/approvals/policy', body: bodyOf(entries, others) }),
    async (card: SignedCard) => {
      // It is proposed, whether or not this can be read.
      await isListed(card.id).catch(() => {});
      go(addressOf('approvals', card.id));
    },
  );
  const change = (place: number, changed: Values) =>
    setEntries(entries.map((each, at) => (at === place ? { ...each, ...changed } : each)));
  return (
    <form ref={form} class="form" onSubmit={submit}>
      <p>{say.aboutPropose}</p>
      {entries.map((values, place) => (
        <fieldset class="condition rule">
          <legend>{say.rule(place + 1)}</legend>
          {asked(ENTRY, values).map((field) => (
            <Field
              key={field.name}
              field={{ ...field, name: `entries.${place}.${field.name}` }}
              errors={errorsAt(errors, `entries.${place}.${field.name}`)}
              value={values[field.name] ?? ''}
              set={(value) => change(place, { [field.name]: value })}
            />
          ))}
          <Wrong name={`entries.${place}`} errors={ofRule(errors, place, values)} />
          <button type="button" onClick={() => setEntries(entries.filter((_, at) => at !== place))}>
            {say.remove(place + 1)}
          </button>
        </fieldset>
      ))}
      <button type="button" onClick={() => setEntries([...entries, ADDED])}>
        {say.add}
      </button>
      {OTHERS.map((field) => (
        <Field
          key={field.name}
          field={field}
          errors={errorsAt(errors, field.name)}
          value={others[field.name] ?? ''}
          set={(value) => setOthers({ ...others, [field.name]: value })}
        />
      ))}
      <div class="verbs">
        <button disabled={isSending}>{say.proposeNow}</button>
      </div>
      {problem !== undefined && (
        <Trouble
          problem={problem}
          errors={errorsBeside(errors, [...entries.map((_, place) => `entries.${place}`), ...OTHERS.map((each) => each.name)])}
        />
      )}
    </form>
  );
}

/** What is wrong with a rule as a whole: how it meets another one, or its places together. */
function ofRule<T extends { field: string }>(errors: readonly T[], place: number, values: Values): readonly T[] {
  const names = asked(ENTRY, values).map((each) => `entries.${place}.${each.name}`);
  return errorsBeside(errorsAt(errors, `entries.${place}`), names);
}

function asked(fields: readonly FieldEntry[], values: Values): readonly FieldEntry[] {
  return fields.filter((each) => each.when === undefined || each.when(values));
}
