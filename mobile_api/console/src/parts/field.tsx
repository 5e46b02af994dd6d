import { useId } from 'preact/hooks';

import { words } from '../words.ts';

export type Values = Readonly<Record<string, string | readonly string[]>>;

/** One question of a form. `line` where it has no kind; `one` and `some` choose among options. */
export interface FieldEntry {
  readonly name: string;
  readonly label: string;
  readonly kind?: 'line' | 'words' | 'code' | 'number' | 'day' | 'clock' | 'moment' | 'one' | 'some';
  readonly options?: readonly (readonly [value: string, label: string])[];
  readonly isOptional?: boolean;
  readonly hint?: string;
  readonly most?: number;
}

interface Properties {
  field: FieldEntry;
  value: string | readonly string[];
  set: (value: string | readonly string[]) => void;
}

/** A question with its answer. */
export function Field({ field, value, set }: Properties) {
  const hint = useId();
  const { label, kind = 'line', options = [], isOptional = false } = field;
  if (kind === 'some') return <Some field={field} value={value as readonly string[]} set={set} />;
  const said = {
    value: value as string,
    required: !isOptional,
    'aria-describedby': field.hint ? hint : undefined,
    onInput: (event: Event) => set((event.currentTarget as HTMLInputElement).value),
  };
  return (
    <label>
      {label} {isOptional && <small>{words.form.optional}</small>}
      {kind === 'one' ? (
        <select {...said}>
          <option value="">{words.form.choose}</option>
          {options.map(([each, name]) => (
            <option value={each}>{name}</option>
          ))}
        </select>
      ) : kind === 'words' || kind === 'code' ? (
        <textarea
          {...said}
          class={kind}
          rows={kind === 'code' ? 12 : 3}
          maxLength={field.most}
          spellcheck={kind === 'words'}
        />
      ) : (
        <input {...said} {...INPUTS[kind]} maxLength={field.most} autocomplete="off" />
      )}
      {field.hint && <small id={hint}>{field.hint}</small>}
    </label>
  );
}

const INPUTS = {
  line: { type: 'text' },
  number: { type: 'number', min: 0, step: 'any' },
  day: { type: 'date' },
  clock: { type: 'time' },
  moment: { type: 'datetime-local' },
} as const;

function Some({ field, value, set }: Properties & { value: readonly string[] }) {
  const chosen = value.length === 0 ? [] : value;
  return (
    <fieldset>
      <legend>{field.label}</legend>
      {(field.options ?? []).map(([each, label]) => (
        <label>
          <input
            type="checkbox"
            checked={chosen.includes(each)}
            onChange={() =>
              set(chosen.includes(each) ? chosen.filter((other) => other !== each) : [...chosen, each])
            }
          />{' '}
          {label}
        </label>
      ))}
      {field.hint && <small>{field.hint}</small>}
    </fieldset>
  );
}

/** The answer of a field that is not chosen among several; `some` gives those of one that is. */
export function text(values: Values, name: string): string {
  return ((values[name] as string | undefined) ?? '').trim();
}

export function some(values: Values, name: string): readonly string[] {
  const value = values[name];
  return typeof value === 'object' ? value : [];
}
