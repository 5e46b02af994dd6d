import { useState } from 'preact/hooks';

import type { AuditCheckpoint, AuditEntry } from '../../api/generated.ts';
import { Problem, read } from '../../api/call.ts';
import { NoEd25519, openCheckpoint, readKey } from '../../kit/notes.ts';
import { instantInWords } from '../../kit/time.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Pages } from '../../parts/pages.tsx';
import { words } from '../../words.ts';
import { audit as say } from '../../words/audit.ts';
import { EntryRow } from './entry.tsx';
import { EVERYTHING, pathOf, type Search } from './search.ts';

/** The audit log: entries by who acted, what was done, to what and when; and its newest checkpoint. */
export function Audit({ id: subject }: { id: string }) {
  const [search, setSearch] = useState<Search>({ ...EVERYTHING, subject });
  const [isLooking, setLooking] = useState(false);
  const path = pathOf(search);
  const isEverything = path === pathOf(EVERYTHING);
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.audit}</h1>
      <details onToggle={(event) => setLooking(event.currentTarget.open)}>
        <summary>{say.checkpoint}</summary>
        {isLooking && <Loaded read={readCheckpoint}>{(found) => <Checkpoint {...found} />}</Loaded>}
      </details>
      <details>
        <summary>{isEverything ? say.search : say.narrowed(Object.values(search).filter(Boolean).join(', '))}</summary>
        <Form key={path} search={search} searched={setSearch} />
      </details>
      <Pages<AuditEntry> key={`entries ${path}`} path={path} none={say.none}>
        {(entry) => <EntryRow entry={entry} narrow={(more) => setSearch({ ...EVERYTHING, ...more })} />}
      </Pages>
    </>
  );
}

function Form({ search, searched }: { search: Search; searched: (search: Search) => void }) {
  const [typed, setTyped] = useState(search);
  const type = (name: keyof Search) => (event: { currentTarget: HTMLInputElement }) =>
    setTyped({ ...typed, [name]: event.currentTarget.value.trim() });
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        searched(typed);
      }}
    >
      {(['actor', 'action', 'subject'] as const).map((name) => (
        <label>
          {say[name]}
          <input value={typed[name]} maxLength={200} autocomplete="off" autocapitalize="off" onInput={type(name)} />
        </label>
      ))}
      {(['from', 'to'] as const).map((name) => (
        <label>
          {say[name]}
          <input type="datetime-local" value={typed[name]} onInput={type(name)} />
        </label>
      ))}
      <div class="verbs">
        <button type="button" onClick={() => searched(EVERYTHING)}>
          {say.clear}
        </button>
        <button>{say.search}</button>
      </div>
    </form>
  );
}

type Signature = 'signed' | 'notSigned' | 'cannot';

interface Read {
  readonly checkpoint: AuditCheckpoint | null;
  readonly signature: Signature;
}

async function readCheckpoint(): Promise<Read> {
  try {
    const checkpoint = await read<AuditCheckpoint>('/v1/audit/checkpoint');
    return { checkpoint, signature: await signatureOf(checkpoint) };
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return { checkpoint: null, signature: 'cannot' };
    throw error;
  }
}

async function signatureOf(checkpoint: AuditCheckpoint): Promise<Signature> {
  try {
    const [signed] = await openCheckpoint(checkpoint.note, await Promise.all(checkpoint.keys.map(readKey)));
    return signed.log === checkpoint.log && signed.size === checkpoint.size ? 'signed' : 'notSigned';
  } catch (error) {
    return error instanceof NoEd25519 ? 'cannot' : 'notSigned';
  }
}

function Checkpoint({ checkpoint, signature }: Read) {
  if (checkpoint === null) return <p>{say.noCheckpoint}</p>;
  return (
    <p class={`seal ${signature === 'notSigned' ? 'other' : ''}`} role={signature === 'notSigned' ? 'alert' : undefined}>
      {say.covers(checkpoint.size)} {say[signature]}
      <code>{checkpoint.log}</code>
      <code>
        {say.root} {checkpoint.root}
      </code>
    </p>
  );
}
