import { useId } from 'preact/hooks';

import type { FieldError } from '../api/call.ts';
import type { Values } from '../kit/values.ts';
import { words } from '../words.ts';

export { lines, some, text, type Values } from '../kit/values.ts';

/** One question of a form. `line` where it has no kind; `one` and `some` choose among options, `lines` takes one thing
 * on each line. */
export interface FieldEntry {
  /** The API's name of it, at which its refusals are shown. */
  readonly name: string;
  readonly label: string;
  readonly kind?: 'line' | 'secret' | 'words' | 'lines' | 'code' | 'number' | 'day' | 'clock' | 'moment' | 'one' | 'some';
  readonly options?: readonly (readonly [value: string, label: string])[];
  readonly isOptional?: boolean;
  readonly hint?: string;
  readonly most?: number;
  /** Whether it is asked, where that depends on other answers. */
  readonly when?: (values: Values) => boolean;
}

interface Properties {
  field: FieldEntry;
  value: string | readonly string[];
  set: (value: string | readonly string[]) => void;
  /** Why the platform refused it. */
  errors?: readonly FieldError[];
}

/** A question with its answer, and what is wrong with that. */
export function Field({ field, value, set, errors = [] }: Properties) {
  const hint = useId();
  const wrong = useId();
  const { label, kind = 'line', options = [], isOptional = false } = field;
  if (kind === 'some') return <Some field={field} value={value as readonly string[]} set={set} errors={errors} />;
  const said = {
    value: value as string,
    required: !isOptional,
    'aria-invalid': errors.length > 0 || undefined,
    'aria-describedby': [field.hint && hint, errors.length > 0 && wrong].filter(Boolean).join(' ') || undefined,
    onInput: (event: Event) => set((event.currentTarget as HTMLInputElement).value),
  };
  return (
    <div class="field">
      <label>
        {label} {isOptional && <small>{words.form.optional}</small>}
        {kind === 'one' ? (
          <select {...said}>
            <option value="">{words.form.choose}</option>
            {options.map(([each, name]) => (
              <option value={each}>{name}</option>
            ))}
          </select>
        ) : kind === 'words' || kind === 'lines' || kind === 'code' ? (
          <textarea
            {...said}
            class={kind}
            rows={kind === 'code' ? 12 : 3}
            maxLength={field.most}
            spellcheck={kind === 'words'}
          />
        ) : (
          <input autocomplete="off" {...said} {...INPUTS[kind]} maxLength={field.most} />
        )}
      </label>
      {field.hint && <small id={hint}>{field.hint}</small>}
      <Wrong id={wrong} name={field.name} errors={errors} areLines={kind === 'lines'} />
    </div>
  );
}

interface WrongProperties {
  id?: string;
  name: string;
  errors: readonly FieldError[];
  /** Whether what is within the place stands on lines. */
  areLines?: boolean;
}

/** What is wrong at a place, and where within it. */
export function Wrong({ id, name, errors, areLines = false }: WrongProperties) {
  if (errors.length === 0) return null;
  return (
    <span class="wrong" id={id}>
      {errors.map((each) => (
        <span key={each.field}>
          {each.field !== name && <code>{within(each.field.slice(name.length + 1), areLines)}</code>} {each.message}
        </span>
      ))}
    </span>
  );
}

function within(path: string, areLines: boolean): string {
  return areLines ? path.replace(/^\d+/, (place) => words.form.line(Number(place) + 1)) : path;
}

const INPUTS = {
  line: { type: 'text' },
  // No password manager fills in a person's own.
  secret: { type: 'password', autocomplete: 'new-password' },
  number: { type: 'number', min: 0, step: 'any' },
  day: { type: 'date' },
  clock: { type: 'time' },
  moment: { type: 'datetime-local' },
} as const;

function Some({ field, value, set, errors = [] }: Properties & { value: readonly string[] }) {
  const wrong = useId();
  const chosen = value.length === 0 ? [] : value;
  return (
    <fieldset aria-describedby={errors.length > 0 ? wrong : undefined}>
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
      <Wrong id={wrong} name={field.name} errors={errors} />
    </fieldset>
  );
}
