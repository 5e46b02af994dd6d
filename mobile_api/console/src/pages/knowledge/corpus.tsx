import { useState } from 'preact/hooks';

import type { CorpusView, DocumentView } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { hasOne, me } from '../../me.ts';
import { Said, useChanged } from '../../parts/changed.tsx';
import { lines, text, type FieldEntry } from '../../parts/field.tsx';
import { Act } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Pages } from '../../parts/pages.tsx';
import { addressOf, go } from '../../route.ts';
import { words } from '../../words.ts';
import { knowledge as say } from '../../words/knowledge.ts';
import { AddFiles, AddText } from './add.tsx';
import { Ask } from './ask.tsx';
import { Document } from './document.tsx';
import { factsOf } from './page.tsx';

const KEEPERS = ['governor', 'tenant_admin'];

/** One corpus: who reads it, what may be done with it, its documents, and what somebody asks of it. */
export function Corpus({ id }: { id: string }) {
  const { turn, said, changed } = useChanged();
  // A row is drawn anew when somebody scrolls back to it.
  const [settled] = useState(() => new Map<string, DocumentView>());
  const path = `/v1/corpora/${encodeURIComponent(id)}`;
  const from = () => read<CorpusView>(path);
  return (
    <Loaded read={from}>
      {(corpus, again) => {
        const isKeeper = corpus.made_by === me.value?.principal_id || hasOne(KEEPERS);
        const did = (what: string) => {
          changed(what);
          again(from);
        };
        return (
          <>
            <h1 tabIndex={-1}>{corpus.name}</h1>
            <p class="facts">
              {factsOf(corpus).map((each) => each && <span>{each}</span>)}
            </p>
            {corpus.problem !== null && <p class="caution">{corpus.problem}</p>}
            <Said turn={turn} said={said} />
            {isKeeper ? <Acts corpus={corpus} path={path} did={did} /> : me.value && <p>{say.onlyKeepers(corpus.made_by)}</p>}
            <Ask corpora={[corpus]} only />
            <h2>{say.documents}</h2>
            {isKeeper && (
              <>
                <AddFiles path={path} did={did} />
                <AddText path={path} did={did} />
              </>
            )}
            <Pages<DocumentView> key={turn} path={`${path}/documents`} none={say.noDocument}>
              {(each) => (
                <Document
                  key={each.document_id}
                  of={settled.get(versionOf(each)) ?? each}
                  path={path}
                  isKeeper={isKeeper}
                  did={did}
                  settled={(found) => {
                    settled.set(versionOf(found), found);
                    again(() => from().catch(() => corpus));
                  }}
                />
              )}
            </Pages>
            <p class="links">
              <a href={addressOf('knowledge')}>{words.pages.knowledge}</a>
            </p>
          </>
        );
      }}
    </Loaded>
  );
}

function versionOf({ document_id: id, version }: DocumentView): string {
  return `${id} ${version}`;
}

const FIELDS: readonly FieldEntry[] = [
  { name: 'name', label: say.name, most: 120 },
  { name: 'readers', label: say.readers, kind: 'lines', hint: say.readersHint },
];

interface ActsProperties {
  corpus: CorpusView;
  path: string;
  did: (what: string) => void;
}

function Acts({ corpus, path, did }: ActsProperties) {
  return (
    <div class="acts">
      <Act<CorpusView>
        key={corpus.changed_at}
        label={say.change}
        send={say.changeNow}
        about={say.aboutChange}
        fields={FIELDS}
        start={{ name: corpus.name, readers: corpus.readers.join('\n') }}
        request={(values) => ({
          method: 'PATCH',
          path,
          body: { name: text(values, 'name'), readers: lines(values, 'readers') },
        })}
        done={() => did(say.isChanged)}
      />
      {corpus.status === 'active' && (
        <Act<CorpusView>
          label={say.setAside}
          send={say.setAsideNow}
          about={say.aboutSetAside}
          request={() => ({ method: 'PATCH', path, body: { status: 'deprecated' } })}
          done={() => did(say.isSetAside)}
        />
      )}
      {corpus.status === 'deprecated' && (
        <Act<CorpusView>
          label={say.use}
          send={say.useNow}
          request={() => ({ method: 'PATCH', path, body: { status: 'active' } })}
          done={() => did(say.isUsed)}
        />
      )}
      <Act<CorpusView>
        label={say.removeCorpus}
        send={say.removeCorpusNow}
        about={say.aboutRemoveCorpus}
        request={() => ({ method: 'DELETE', path })}
        done={() => go(addressOf('knowledge'))}
      />
    </div>
  );
}
