import { useState } from 'preact/hooks';

import type { PromptDetail, PromptPage, PromptView } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import type { Json } from '../../kit/canonical.ts';
import { instantInWords } from '../../kit/time.ts';
import { Said, useChanged } from '../../parts/changed.tsx';
import { Act } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Only } from '../../parts/only.tsx';
import { Pairs } from '../../parts/pairs.tsx';
import { Named } from '../../parts/named.tsx';
import { Table } from '../../parts/table.tsx';
import { addressOf } from '../../route.ts';
import { prompts as say } from '../../words/prompts.ts';
import { draftOf } from './draft.ts';
import { Messages } from './messages.tsx';
import { open } from './page.tsx';
import { Write } from './write.tsx';

// Who governs, as the API asks of them.
const GOVERNS = ['governor'];

/** One version of a prompt: what it says, who wrote and activated it, and the form for the next one. */
export function Version({ name, number }: { name: string; number: number }) {
  const { turn, said, changed } = useChanged();
  const path = `/v1/prompts/${encodeURIComponent(name)}/versions/${number}`;
  const from = () => read<PromptDetail>(path);
  return (
    <Loaded read={from}>
      {(prompt, again) => (
        <article>
          <h1 tabIndex={-1}>{say.named(prompt.name, prompt.version)}</h1>
          <p class="links">
            <a href={addressOf('prompts', prompt.name)}>{say.all}</a>
          </p>
          <Said turn={turn} said={said} />
          <Pairs
            of={[
              [say.status, say.statuses[prompt.status]],
              [say.written, <Done at={prompt.written_at} by={prompt.written_by} />],
              [say.activated, prompt.activated_at && <Done at={prompt.activated_at} by={prompt.activated_by!} />],
              [say.deprecated, prompt.deprecated_at && <Done at={prompt.deprecated_at} by={prompt.deprecated_by!} />],
              [say.checksum, <code>{prompt.checksum}</code>],
            ]}
          />
          <Govern
            prompt={prompt}
            path={path}
            changed={(next) => {
              changed(next);
              again(from);
            }}
          />
          <Next prompt={prompt} />
          <h2>{say.says}</h2>
          {prompt.messages === null ? <p>{say.erased}</p> : <Messages of={prompt.messages} />}
          <h2>{say.variables}</h2>
          <Variables of={Object.entries(prompt.variables ?? {})} />
        </article>
      )}
    </Loaded>
  );
}

function Done({ at, by }: { at: string; by: string }) {
  return (
    <>
      {say.by(instantInWords(at))}
      <Named id={by} />
    </>
  );
}

interface GovernProperties {
  prompt: PromptDetail;
  path: string;
  changed: (said: string) => void;
}

function Govern({ prompt, path, changed }: GovernProperties) {
  if (prompt.status === 'deprecated') return null;
  return (
    <Only roles={GOVERNS} may={say.govern}>
      <div class="acts">
        {prompt.status === 'draft' && (
          <Act<PromptView>
            label={say.activate}
            send={say.activateNow}
            about={say.aboutActivate}
            request={() => ({ method: 'POST', path: `${path}/activate` })}
            done={() => changed(say.isActive)}
          />
        )}
        <Act<PromptView>
          label={say.deprecate}
          send={say.deprecateNow}
          about={say.aboutDeprecate}
          request={() => ({ method: 'POST', path: `${path}/deprecate` })}
          done={() => changed(say.isDeprecated)}
        />
      </div>
    </Only>
  );
}

function Next({ prompt }: { prompt: PromptDetail }) {
  const [isWriting, setWriting] = useState(false);
  if (prompt.messages === null) return null;
  return (
    <>
      <button aria-expanded={isWriting} onClick={() => setWriting(!isWriting)}>
        {isWriting ? say.close : say.next}
      </button>
      {isWriting && (
        <Loaded read={() => read<PromptPage>(`/v1/prompts?name=${encodeURIComponent(prompt.name)}&limit=100`)}>
          {({ items }) => (
            <Write start={draftOf(prompt, Math.max(...items.map((each) => each.version), prompt.version) + 1)} base={prompt} done={open} />
          )}
        </Loaded>
      )}
    </>
  );
}

function Variables({ of }: { of: readonly (readonly [string, Readonly<Record<string, Json>>])[] }) {
  if (of.length === 0) return <p>{say.noVariables}</p>;
  return (
    <Table
      label={say.variables}
      heads={say.variableHeads}
      rows={of.map(([name, { default: value, ...shape }]) => [
        <code>{name}</code>,
        Object.keys(shape).length === 1 ? String(shape['type']) : <code>{JSON.stringify(shape)}</code>,
        value === undefined ? say.isNeeded : say.default(JSON.stringify(value)),
      ])}
    />
  );
}
