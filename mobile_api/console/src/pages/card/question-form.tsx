import { words } from '../../words.ts';
import { answer as say } from '../../words/card.ts';
import type { Field, Question, Typed } from './question.ts';

interface Properties {
  question: Question;
  typed: Typed;
  type: (typed: Typed) => void;
}

/** What a server asks, in its own words, as fields. Nothing is filled in or chosen before. */
export function QuestionForm({ question, typed, type }: Properties) {
  return (
    <fieldset class="question">
      <legend>{say.title}</legend>
      <p>{say.stranger}</p>
      <blockquote>{question.message}</blockquote>
      {question.fields.map((field) => (
        <Input field={field} said={typed[field.name]} say={(said) => type({ ...typed, [field.name]: said })} />
      ))}
      {question.fields.length === 0 && <p>{say.nothing}</p>}
    </fieldset>
  );
}

interface InputProperties {
  field: Field;
  said: Typed[string] | undefined;
  say: (said: Typed[string]) => void;
}

function Input({ field, said, say: change }: InputProperties) {
  const hint = field.hint === '' ? null : <small>{field.hint}</small>;
  if (field.kind === 'choices') {
    const chosen = Array.isArray(said) ? said : [];
    return (
      <fieldset>
        <legend>{labelOf(field)}</legend>
        {hint}
        {field.options.map(({ value, label }) => (
          <label>
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={(event) =>
                change(event.currentTarget.checked ? [...chosen, value] : chosen.filter((each) => each !== value))
              }
            />{' '}
            {label}
          </label>
        ))}
      </fieldset>
    );
  }
  const value = typeof said === 'string' ? said : '';
  const options = field.kind === 'yesno' ? say.yesno : field.options;
  return (
    <label>
      {labelOf(field)} {hint}
      {field.kind === 'choice' || field.kind === 'yesno' ? (
        <select value={value} onChange={(event) => change(event.currentTarget.value)}>
          <option value="">{words.form.choose}</option>
          {options.map((each) => (
            <option value={each.value}>{each.label}</option>
          ))}
        </select>
      ) : (
        <Typing field={field} value={value} change={change} />
      )}
    </label>
  );
}

function Typing({ field, value, change }: { field: Field; value: string; change: (said: string) => void }) {
  const { min, max, minLength, maxLength, step } = field.limits;
  const onInput = (event: { currentTarget: HTMLInputElement }) => change(event.currentTarget.value);
  if (field.kind === 'number') {
    return <input type="number" step={step ?? 'any'} min={min} max={max} value={value} onInput={onInput} />;
  }
  return <input minLength={minLength} maxLength={maxLength ?? 2000} autocomplete="off" value={value} onInput={onInput} />;
}

function labelOf(field: Field): string {
  return field.isRequired ? field.label : say.optional(field.label);
}
