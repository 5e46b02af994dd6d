import { useEffect, useState } from 'preact/hooks';

import type { DocumentView } from '../../api/generated.ts';
import { Problem, read } from '../../api/call.ts';
import { instantInWords } from '../../kit/time.ts';
import { Act } from '../../parts/form.tsx';
import { Row } from '../../parts/row.tsx';
import { knowledge as say } from '../../words/knowledge.ts';

const SOONEST_MS = 1_000;
const LATEST_MS = 10_000;
const UNDER_WAY: readonly DocumentView['status'][] = ['queued', 'parsed'];

interface Properties {
  of: DocumentView;
  /** Of its corpus. */
  path: string;
  isKeeper: boolean;
  did: (what: string) => void;
  /** Called once it was read, or could not be. */
  settled: (found: DocumentView) => void;
}

/** One document: whether it is found yet, or why it cannot be read. */
export function Document({ of: first, path: corpus, isKeeper, did, settled }: Properties) {
  const path = `${corpus}/documents/${encodeURIComponent(first.document_id)}`;
  const document = useSettled(path, first, settled);
  return (
    <Row summary={document.name} facts={factsOf(document)}>
      {document.reason && <p class="warning">{document.reason}</p>}
      {isKeeper && (
        <div class="acts">
          <Act<DocumentView>
            label={say.remove}
            of={document.name}
            send={say.removeNow}
            about={say.aboutRemove}
            request={() => ({ method: 'DELETE', path })}
            done={() => did(say.isRemoved)}
          />
        </div>
      )}
    </Row>
  );
}

function factsOf(document: DocumentView) {
  return [
    <span class={document.status === 'failed' ? 'warning' : undefined}>{say.document[document.status]}</span>,
    document.version > 1 && say.version(document.version),
    document.pages !== null && say.pages(document.pages),
    document.chunks !== null && say.passages(document.chunks),
    say.addedBy(document.added_by, instantInWords(document.added_at)),
  ];
}

/** The document as it is now, asked for again until it was read. While nobody looks it asks for nothing. */
function useSettled(path: string, first: DocumentView, settled: (found: DocumentView) => void): DocumentView {
  const [document, setDocument] = useState(first);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let [pause, isGone] = [SOONEST_MS, false];
    const later = () => (timer = setTimeout(() => void ask(), pause));
    const ask = async () => {
      pause = Math.min(pause * 1.5, LATEST_MS);
      const found = globalThis.document.hidden ? undefined : await read<DocumentView>(path).catch(missing);
      if (isGone || found === null) return;
      if (found !== undefined) setDocument(found);
      if (found === undefined || UNDER_WAY.includes(found.status)) later();
      else settled(found);
    };
    if (UNDER_WAY.includes(first.status)) later();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [path, first]);
  return document;
}

/** Null for one that somebody removed meanwhile; what is shown stays where nobody answers. */
function missing(error: unknown): null | undefined {
  return error instanceof Problem && error.status === 404 ? null : undefined;
}
