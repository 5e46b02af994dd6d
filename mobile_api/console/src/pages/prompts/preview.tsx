import { useState } from 'preact/hooks';

import type { PromptPreview } from '../../api/generated.ts';
import { Problem, send } from '../../api/call.ts';
import { errorsAt, errorsBeside } from '../../kit/errors.ts';
import { Field, type Values } from '../../parts/field.tsx';
import { Trouble } from '../../parts/loaded.tsx';
import { prompts as say } from '../../words/prompts.ts';
import { contentOf, hasDefault, valuesOf, variablesIn, type Draft } from './draft.ts';
import { Messages } from './messages.tsx';

type Shown = { readonly of: string; readonly preview?: PromptPreview; readonly problem?: unknown };

/** What a call would say with values that somebody tries. An answer is shown as long as nothing else is asked. */
export function Preview({ draft }: { draft: Draft }) {
  const [typed, setTyped] = useState<Values>({});
  const [shown, setShown] = useState<Shown | null>(null);
  const [isAsking, setAsking] = useState(false);
  const variables = variablesIn(draft.variables);
  const body = { ...contentOf(draft), values: valuesOf(variables, typed) };
  const asked = JSON.stringify(body);
  const submit = (event: Event) => {
    event.preventDefault();
    if (isAsking) return;
    setAsking(true);
    send<PromptPreview>('/v1/prompts/preview', body)
      .then((preview) => setShown({ of: asked, preview }), (problem: unknown) => setShown({ of: asked, problem }))
      .finally(() => setAsking(false));
  };
  const current = shown?.of === asked ? shown : null;
  const errors = current?.problem instanceof Problem ? current.problem.errors : [];
  return (
    <section>
      <h2>{say.preview}</h2>
      <form class="form" onSubmit={submit}>
        <p>{say.aboutPreview}</p>
        {variables.map(([name, shape]) => (
          <Field
            key={name}
            field={{ name: `values.${name}`, label: say.value(name, typeOf(shape)), kind: 'words', isOptional: hasDefault(shape) }}
            value={typed[name] ?? ''}
            errors={errorsAt(errors, `values.${name}`)}
            set={(value) => setTyped({ ...typed, [name]: value })}
          />
        ))}
        <div class="verbs">
          <button disabled={isAsking}>{say.show}</button>
        </div>
      </form>
      <p role="status">{current?.preview && say.previewed}</p>
      {current?.problem !== undefined && (
        <Trouble problem={current.problem} errors={errorsBeside(errors, variables.map(([name]) => `values.${name}`))} />
      )}
      {current?.preview && <Messages of={current.preview.messages} />}
    </section>
  );
}

function typeOf(shape: ReturnType<typeof variablesIn>[number][1]): string {
  return typeof shape === 'string' ? shape : String(shape['type'] ?? 'any');
}
