import { useState } from 'preact/hooks';

import type { CardDetail, TimelinePage } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { spaced } from '../../kit/text.ts';
import { instantInWords } from '../../kit/time.ts';
import { called } from '../../names.ts';
import { Trouble } from '../../parts/loaded.tsx';
import { Named } from '../../parts/named.tsx';
import { words } from '../../words.ts';
import { card as say } from '../../words/card.ts';
import { isFinal, type Operation } from './operations.ts';

const PRINCIPAL = 'principal:';

/** A list under its title; nothing where it is empty. */
export function Listed({ title, items }: { title: string; items: readonly string[] }) {
  if (items.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul>
        {items.map((each) => (
          <li>{each}</li>
        ))}
      </ul>
    </section>
  );
}

/** What the plan would do: first what nothing undoes, then how each of the rest is undone. */
export function Operations({ operations }: { operations: readonly Operation[] }) {
  if (operations.length === 0) return null;
  return (
    <section>
      <h2>{say.operations}</h2>
      <ul>
        {operations.map((each) => (
          <li class={isFinal(each) ? 'warning' : undefined}>
            <code>{each.operation}</code> ({each.effect}):{' '}
            {isFinal(each) ? say.nothingUndoes : each.undo === null ? say.changesNothing : say.undoneBy(each.undo)}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Who has assented, and whose assent is missing. */
export function Assents({ card }: { card: CardDetail }) {
  return (
    <Listed
      title={say.assents}
      items={[
        ...card.votes.map((each) => say.assented(called(each.principal), each.capacity, instantInWords(each.at))),
        ...card.missing.map((each) => say.missing(placeOf(each))),
      ]}
    />
  );
}

/** The person of a place of a rule; null of a role's place. */
export function personIn(place: string): string | null {
  return place.startsWith(PRINCIPAL) ? place.slice(PRINCIPAL.length) : null;
}

function placeOf(place: string): string {
  const person = personIn(place);
  return person === null ? place.replace(':', ' ') : called(person);
}

/** The closest precedents, each with what fits and what does not. */
export function Precedents({ card }: { card: CardDetail }) {
  if (!card.matches || card.matches.length === 0) return null;
  return (
    <section>
      <h2>{say.precedents}</h2>
      {card.matches.map((match) => (
        <details>
          <summary>{match.title}</summary>
          <ul>
            {match.satisfied.map((each) => (
              <li>
                {each}: {say.satisfied}
              </li>
            ))}
            {match.unsatisfied.map((each) => (
              <li>
                {each}: {say.unsatisfied}
              </li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  );
}

/** What happened to the approval, newest first; what is older is read when somebody asks. */
export function History({ card }: { card: CardDetail }) {
  const [entries, setEntries] = useState(card.timeline);
  const [cursor, setCursor] = useState(card.timeline_cursor);
  const [problem, setProblem] = useState<unknown>();
  const more = () => {
    setProblem(undefined);
    const path = `/v1/mobile/approvals/${encodeURIComponent(card.id)}/timeline`;
    read<TimelinePage>(`${path}?cursor=${encodeURIComponent(cursor!)}`).then((page) => {
      setEntries([...entries, ...page.items]);
      setCursor(page.next_cursor);
    }, setProblem);
  };
  return (
    <section>
      <h2>{say.history}</h2>
      <ol class="history">
        {entries.map((each) => (
          <li>
            <time dateTime={each.at}>{instantInWords(each.at)}</time> {spaced(each.event)} · <Named id={each.by} isShort />
            {each.note && <q>{each.note}</q>}
          </li>
        ))}
      </ol>
      {problem !== undefined && <Trouble problem={problem} />}
      {cursor !== null && <button onClick={more}>{say.earlier}</button>}
    </section>
  );
}
