import { useState } from 'preact/hooks';

import type { AuditEntry } from '../../api/generated.ts';
import { digest, inHex, inUtf8 } from '../../kit/bytes.ts';
import type { Json } from '../../kit/canonical.ts';
import { actionInWords } from '../../kit/story.ts';
import { spaced } from '../../kit/text.ts';
import { instantInWords } from '../../kit/time.ts';
import { whoActs } from '../../me.ts';
import { nameOf } from '../../names.ts';
import { namesAndIds } from '../../parts/ids.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Pairs } from '../../parts/pairs.tsx';
import { Named } from '../../parts/named.tsx';
import { Value } from '../../parts/value.tsx';
import { addressOf } from '../../route.ts';
import { audit as say } from '../../words/audit.ts';
import { receipts } from '../../words/receipts.ts';
import type { Search } from './search.ts';

/** Things of which the log can tell the causes. */
export const WITH_STORIES: readonly string[] = ['run', 'approval', 'agent', 'creation_case', 'plan'];

interface Properties {
  entry: AuditEntry;
  narrow: (search: Partial<Search>) => void;
}

/** An entry of the log, which opens. */
export function EntryRow({ entry, narrow }: Properties) {
  const [isOpen, setOpen] = useState(false);
  const isReceipt = entry.event_id.startsWith('rct_');
  return (
    <details class="row" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span class="summary">{isReceipt ? receipts.one : actionInWords(entry.action)}</span>
        <span class="facts">
          <Named id={entry.actor} isShort />
          <Subject of={entry.subject} />
          <span>{instantInWords(entry.at)}</span>
          <span>{say.entry(entry.number)}</span>
        </span>
      </summary>
      {isOpen && <Open entry={entry} isReceipt={isReceipt} narrow={narrow} />}
    </details>
  );
}

/** What an entry is about: by its name where it has one, else as the log says it. */
function Subject({ of: subject }: { of: string }) {
  const [noun = '', ...rest] = subject.split('/');
  const id = rest.join('/');
  if (nameOf(id) === null) return <span>{subject}</span>;
  return (
    <span>
      {spaced(noun)} <Named id={id} isShort />
    </span>
  );
}

function Open({ entry, isReceipt, narrow }: Properties & { isReceipt: boolean }) {
  const [noun = '', ...id] = entry.subject.split('/');
  const { actor, action, subject } = entry;
  return (
    <>
      <p class="links">
        {WITH_STORIES.includes(noun) && <a href={addressOf('story', noun, id.join('/'))}>{say.why}</a>}
        {isReceipt && <a href={addressOf('receipts', entry.event_id)}>{say.receipt}</a>}
      </p>
      <div class="choice">
        <button onClick={() => narrow({ actor })}>{say.byThem}</button>
        <button onClick={() => narrow({ action })}>{say.ofThis}</button>
        <button onClick={() => narrow({ subject })}>{say.aboutThis}</button>
      </div>
      <Pairs of={namesAndIds([actor, id.join('/')])} />
      <h2>{say.body}</h2>
      <Value value={bodyOf(entry.body)} />
      <Loaded read={() => isHashed(entry)}>
        {(fits) => (
          <p class={`seal ${fits ? '' : 'other'}`} role={fits ? undefined : 'alert'}>
            {fits ? say.hashFits : say.hashOther}
            <code>
              {say.hash} {entry.hash}
            </code>
            <code>
              {say.previous} {entry.previous_hash}
            </code>
          </p>
        )}
      </Loaded>
    </>
  );
}

/** Whether the entry's hash is that of its place in this tenant's chain and of its body. */
async function isHashed(entry: AuditEntry): Promise<boolean> {
  const { tenant } = await whoActs();
  const parts = [entry.previous_hash, tenant?.tenant_id ?? '', entry.number, entry.event_id, entry.body];
  return inHex(await digest(inUtf8(parts.join('\n')))) === entry.hash;
}

/** The body for people: the data of an event is JSON in JSON. */
function bodyOf(text: string): Json {
  const body = JSON.parse(text) as Record<string, Json>;
  return typeof body['data'] === 'string' ? { ...body, data: JSON.parse(body['data']) as Json } : body;
}
