import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

import type { Answer, CitationVerdict, CorpusView, PassageView, Verdicts } from '../../api/generated.ts';
import { send } from '../../api/call.ts';
import { Trouble } from '../../parts/loaded.tsx';
import { addressOf } from '../../route.ts';
import { knowledge as say } from '../../words/knowledge.ts';

// Read one after the other, on a phone.
const MOST = 5;

interface Found {
  readonly answer: Answer;
  /** One for each passage, in their order. */
  readonly verdicts: readonly CitationVerdict[];
}

/** A question, of one corpus or of all, and the passages that answer it. Each citation is verified before it is shown. */
export function Ask({ corpora, only = false }: { corpora: readonly CorpusView[]; only?: boolean }) {
  const [query, setQuery] = useState(questionOfAddress);
  const [of, setOf] = useState(only ? corpora[0]!.corpus_id : '');
  const [isAsking, setAsking] = useState(false);
  const [found, setFound] = useState<Found>();
  const [problem, setProblem] = useState<unknown>();
  const submit = (event: Event) => {
    event.preventDefault();
    if (isAsking) return;
    setAsking(true);
    setProblem(undefined);
    setFound(undefined);
    ask(query, of).then(setFound, setProblem).finally(() => setAsking(false));
  };
  return (
    <section>
      <form class="search" role="search" onSubmit={submit}>
        <label>
          {say.question}
          <input value={query} required maxLength={2000} autocomplete="off" onInput={(event) => setQuery(event.currentTarget.value)} />
        </label>
        {!only && corpora.length > 1 && (
          <label>
            {say.askedOf}
            <select value={of} onInput={(event) => setOf(event.currentTarget.value)}>
              <option value="">{say.all}</option>
              {corpora.map((each) => (
                <option value={each.corpus_id}>{each.name}</option>
              ))}
            </select>
          </label>
        )}
        <button disabled={isAsking}>{say.ask}</button>
      </form>
      <p role="status">{isAsking ? say.asking : found && sayFound(found.answer.items.length)}</p>
      {problem !== undefined && <Trouble problem={problem} />}
      {found?.answer.routed_to && <p class="warning">{say.routed}</p>}
      <ol class="rows">
        {found?.answer.items.map((each, at) => (
          <Passage passage={each} verdict={found.verdicts[at]!} place={placeOf(each, only ? [] : corpora)} />
        ))}
      </ol>
    </section>
  );
}

/** What a link to the page lets somebody ask, who sends it or not: `/console/knowledge?question=…`. */
function questionOfAddress(): string {
  return new URLSearchParams(location.search).get('question') ?? '';
}

function sayFound(count: number): string {
  return count === 0 ? say.nothing : say.found(count);
}

/** Throws as `send` does. */
async function ask(query: string, corpus: string): Promise<Found> {
  const answer = await send<Answer>('/v1/knowledge/search', { query, limit: MOST, ...(corpus && { corpora: [corpus] }) });
  if (answer.items.length === 0) return { answer, verdicts: [] };
  const citations = answer.items.map((each) => each.citation);
  const { items } = await send<Verdicts>('/v1/knowledge/citations/verify', { citations });
  return { answer, verdicts: items };
}

interface PassageProperties {
  passage: PassageView;
  verdict: CitationVerdict;
  /** Where it is from, where that is not plain. */
  place: ComponentChildren;
}

function Passage({ passage, verdict, place }: PassageProperties) {
  const { citation } = passage;
  return (
    <li class="row">
      <span class="summary">{say.where(passage.document_name, citation.page)}</span>
      <span class="facts">
        <span class={verdict.is_true ? 'verified' : 'warning'}>
          {verdict.is_true ? say.verified : say.notVerified(verdict.why ?? '')}
        </span>
        {passage.headings && <span>{passage.headings}</span>}
        {citation.version > 1 && <span>{say.version(citation.version)}</span>}
        {place && <span>{place}</span>}
      </span>
      <blockquote>{passage.text}</blockquote>
    </li>
  );
}

function placeOf({ corpus_id: id }: PassageView, corpora: readonly CorpusView[]): ComponentChildren {
  if (id === 'constitution') return say.constitution;
  const corpus = corpora.find((each) => each.corpus_id === id);
  return corpus && <a href={addressOf('knowledge', id)}>{corpus.name}</a>;
}
