import type { CorpusList, CorpusView } from '../../api/generated.ts';
import { read, type Write } from '../../api/call.ts';
import { instantInWords } from '../../kit/time.ts';
import { Said, useChanged } from '../../parts/changed.tsx';
import { lines, text, type FieldEntry, type Values } from '../../parts/field.tsx';
import { Act } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { RowLink } from '../../parts/row.tsx';
import { Rows } from '../../parts/rows.tsx';
import { addressOf } from '../../route.ts';
import { words } from '../../words.ts';
import { knowledge as say } from '../../words/knowledge.ts';
import { Ask } from './ask.tsx';

/** All corpora that somebody may read, and what they ask of them. */
export function Knowledge() {
  const { turn, said, changed } = useChanged();
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.knowledge}</h1>
      <p>{say.about}</p>
      <Said turn={turn} said={said} />
      <Loaded key={turn} read={() => read<CorpusList>('/v1/corpora')}>
        {({ items }) => (
          <>
            <Ask corpora={items} />
            <h2>{say.corpora}</h2>
            {items.length === 0 && <p>{say.none}</p>}
            <Rows items={items}>
              {(corpus) => (
                <RowLink to={addressOf('knowledge', corpus.corpus_id)} summary={corpus.name} facts={factsOf(corpus)} />
              )}
            </Rows>
          </>
        )}
      </Loaded>
      <div class="acts">
        <Act<CorpusView>
          label={say.make}
          send={say.makeNow}
          about={say.aboutMake}
          fields={FIELDS}
          start={{ kind: 'tenant' }}
          request={(values) => ({ method: 'POST', path: '/v1/corpora', body: bodyOf(values) }) satisfies Write}
          done={({ name }) => changed(say.isMade(name))}
        />
      </div>
    </>
  );
}

const FIELDS: readonly FieldEntry[] = [
  { name: 'name', label: say.name, most: 120 },
  { name: 'readers', label: say.readers, kind: 'lines', hint: say.readersHint },
  { name: 'kind', label: say.kind, kind: 'one', options: say.kinds },
  { name: 'industry', label: say.industry, hint: say.industryHint, most: 60, when: ({ kind }) => kind === 'industry' },
];

function bodyOf(values: Values) {
  const kind = text(values, 'kind');
  return {
    name: text(values, 'name'),
    readers: lines(values, 'readers'),
    kind,
    ...(kind === 'industry' && { industry: text(values, 'industry') }),
  };
}

/** What a list, and its own page, says of a corpus. */
export function factsOf(corpus: CorpusView) {
  return [
    <span class={corpus.status === 'deprecated' || corpus.problem !== null ? 'warning' : undefined}>
      {corpus.problem === null ? say.status[corpus.status] : say.unread}
    </span>,
    corpus.industry ?? (corpus.kind !== 'tenant' && say.kinds.find(([kind]) => kind === corpus.kind)![1]),
    say.readBy(corpus.readers),
    say.madeBy(corpus.made_by, instantInWords(corpus.made_at)),
  ];
}
