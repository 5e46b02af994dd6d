import { useState } from 'preact/hooks';

import type { PromptDetail } from '../../api/generated.ts';
import { errorsAt, errorsBeside } from '../../kit/errors.ts';
import { Field, Wrong, type FieldEntry, type Values } from '../../parts/field.tsx';
import { Trouble } from '../../parts/loaded.tsx';
import { useSubmit } from '../../parts/write.ts';
import { prompts as say } from '../../words/prompts.ts';
import { Differences } from './differences.tsx';
import { contentOf, draftOf, type Draft } from './draft.ts';
import { Preview } from './preview.tsx';

const NAME: FieldEntry = { name: 'name', label: say.name, most: 60, hint: say.nameHint };
const VERSION: FieldEntry = { name: 'version', label: say.number, kind: 'number' };
const VARIABLES: FieldEntry = { name: 'variables', label: say.variables, kind: 'lines', isOptional: true, hint: say.variablesHint };
const CONTENT = { kind: 'words', most: 32_000, hint: say.contentHint } as const;
const MOST_MESSAGES = 50;

interface Properties {
  start: Draft;
  /** The version that it follows, with which it is compared. */
  base: PromptDetail | null;
  done: (written: PromptDetail) => void;
}

/** A version of a prompt, with what it says by some values and what it changes, before it is written. */
export function Write({ start, base, done }: Properties) {
  const [draft, setDraft] = useState(start);
  const content = contentOf(draft);
  const { form, submit, isSending, problem, errors } = useSubmit<PromptDetail>(
    () => ({ method: 'POST', path: '/v1/prompts', body: { name: draft.name, version: Number(draft.version), ...content } }),
    done,
  );
  const own = ['name', 'version', 'variables', ...draft.messages.map((_, place) => `messages.${place}`)];
  return (
    <section class="write">
      <form ref={form} class="form" onSubmit={submit}>
        <p>{say.aboutWrite}</p>
        {base === null && (
          <Field field={NAME} value={draft.name} errors={errorsAt(errors, 'name')} set={(name) => setDraft({ ...draft, name: name as string })} />
        )}
        <Field
          field={VERSION}
          value={draft.version}
          errors={errorsAt(errors, 'version')}
          set={(version) => setDraft({ ...draft, version: version as string })}
        />
        <MessageFields of={draft.messages} errors={errors} set={(messages) => setDraft({ ...draft, messages })} />
        <Field
          field={VARIABLES}
          value={draft.variables}
          errors={errorsAt(errors, 'variables')}
          set={(variables) => setDraft({ ...draft, variables: variables as string })}
        />
        <div class="verbs">
          <button disabled={isSending}>{say.writeNow}</button>
        </div>
        {problem !== undefined && <Trouble problem={problem} errors={errorsBeside(errors, own)} />}
      </form>
      <Preview draft={draft} />
      {base?.messages && (
        <>
          <h2>{say.changed}</h2>
          <Differences
            before={{ messages: base.messages, variables: draftOf(base, base.version).variables }}
            after={{ messages: content.messages, variables: draft.variables }}
          />
        </>
      )}
    </section>
  );
}

interface MessageProperties {
  of: readonly Values[];
  errors: readonly { readonly field: string; readonly message: string }[];
  set: (messages: readonly Values[]) => void;
}

function MessageFields({ of, errors, set }: MessageProperties) {
  const [said, setSaid] = useState('');
  const change = (place: number, changed: Values) => set(of.map((each, at) => (at === place ? { ...each, ...changed } : each)));
  const remove = (place: number) => {
    set(of.filter((_, at) => at !== place));
    setSaid(say.removed(place + 1));
  };
  return (
    <>
      {of.map((message, place) => {
        const at = (name: string) => errorsAt(errors, `messages.${place}.${name}`);
        return (
          <fieldset class="condition">
            <legend>{say.message(place + 1, say.roles[message['role'] as keyof typeof say.roles] ?? '')}</legend>
            <Field
              field={{ name: `messages.${place}.role`, label: say.role, kind: 'one', options: Object.entries(say.roles) }}
              value={message['role'] ?? ''}
              errors={at('role')}
              set={(role) => change(place, { role })}
            />
            <Field
              field={{ ...CONTENT, name: `messages.${place}.content`, label: say.content }}
              value={message['content'] ?? ''}
              errors={at('content')}
              set={(content) => change(place, { content })}
            />
            {of.length > 1 && (
              <button type="button" onClick={() => remove(place)}>
                {say.remove(place + 1)}
              </button>
            )}
          </fieldset>
        );
      })}
      <Wrong name="messages" errors={errors.filter((each) => each.field === 'messages')} />
      <p role="status" class="unseen">
        {said}
      </p>
      {of.length < MOST_MESSAGES && (
        <button type="button" onClick={() => set([...of, { role: 'user', content: '' }])}>
          {say.add}
        </button>
      )}
    </>
  );
}
