import { useEffect, useId, useRef, useState } from 'preact/hooks';

import type { Write } from '../api/call.ts';
import { errorsAt, errorsBeside } from '../kit/errors.ts';
import { words } from '../words.ts';
import { Field, type FieldEntry, type Values } from './field.tsx';
import { Trouble } from './loaded.tsx';
import { useSubmit } from './write.ts';

/** What a form asks for. */
export type Asking = readonly FieldEntry[];

interface FormProperties<T> {
  /** What the form asks for. */
  fields?: Asking;
  /** What the fields hold at first. */
  start?: Values;
  /** What the button that sends it says. */
  send: string;
  /** What it does, in a sentence, where that is not plain. */
  about?: string | undefined;
  request: (values: Values) => Write;
  done: (answer: T, values: Values) => void;
  back?: (() => void) | undefined;
}

/** A write of the API. One form is one write until it is changed, however often it is sent, and a
 * refusal leaves all that was typed. */
export function Form<T>({ fields = [], start = {}, send, about, request, done, back }: FormProperties<T>) {
  const [values, setValues] = useState<Values>(start);
  const { form, submit, isSending, problem, errors } = useSubmit(
    () => request(values),
    (answer: T) => done(answer, values),
  );
  useEffect(() => {
    if (back) form.current?.querySelector<HTMLElement>('input, select, textarea, button')?.focus();
  }, []);
  const asked = fields.filter((each) => each.when === undefined || each.when(values));
  return (
    <form ref={form} class="form" onSubmit={submit}>
      {about !== undefined && <p>{about}</p>}
      {asked.map((field) => (
        <Field
          field={field}
          key={field.name}
          errors={errorsAt(errors, field.name)}
          value={values[field.name] ?? ''}
          set={(value) => setValues({ ...values, [field.name]: value })}
        />
      ))}
      <div class="verbs">
        {back && (
          <button type="button" onClick={back}>
            {words.form.back}
          </button>
        )}
        <button disabled={isSending}>{send}</button>
      </div>
      {problem !== undefined && (
        <Trouble problem={problem} errors={errorsBeside(errors, asked.map((each) => each.name))} />
      )}
    </form>
  );
}

interface ActProperties<T> extends Omit<FormProperties<T>, 'back'> {
  /** What the button that opens the form says. */
  label: string;
  /** What it is about, for those who do not see what is around it. */
  of?: string;
}

/** A button whose form opens below it: nothing happens by one press. */
export function Act<T>({ label, of, done, ...form }: ActProperties<T>) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const place = useId();
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div class="act">
      <button
        ref={button}
        aria-expanded={isOpen}
        aria-controls={place}
        aria-label={of === undefined ? undefined : `${label} ${of}`}
        onClick={() => setOpen(!isOpen)}
      >
        {label}
      </button>
      <div id={place}>
        {isOpen && (
          <Form<T>
            {...form}
            back={close}
            done={(answer, values) => {
              close();
              done(answer, values);
            }}
          />
        )}
      </div>
    </div>
  );
}
