import { useState } from 'preact/hooks';

import { actionInWords, type Event, type Link } from '../../kit/story.ts';
import { spaced } from '../../kit/text.ts';
import { instantInWords } from '../../kit/time.ts';
import { Ids } from '../../parts/ids.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Named } from '../../parts/named.tsx';
import { addressOf } from '../../route.ts';
import { story as say } from '../../words/audit.ts';
import { Graph } from './graph.tsx';
import { readStory, type Story as Found } from './reading.ts';

const AT_ONCE = 40;
// What has a page of its own.
const PAGES: Readonly<Record<string, string>> = { agent: 'agents', approval: 'approvals', run: 'runs' };

/** Why something is as it is: the events behind it with their causes, as a picture and as a table. */
export function Story({ id: subject }: { id: string }) {
  return (
    <>
      <h1 tabIndex={-1}>{say.title(spaced(subject.split('/')[0] ?? ''))}</h1>
      <p>
        <code>{subject.slice(subject.indexOf('/') + 1)}</code>
      </p>
      <Loaded read={() => readStory(subject)}>{(found) => <Shown {...found} />}</Loaded>
    </>
  );
}

function Shown({ links, isCut }: Found) {
  const [count, setCount] = useState(AT_ONCE);
  const shown = links.slice(0, count);
  if (links.length === 0) return <p>{say.none}</p>;
  return (
    <>
      <p>{say.intro(links.length)}</p>
      <div class="story">
        <figure role="group" aria-label={say.picture} tabIndex={0}>
          <Graph links={shown} />
        </figure>
        <Table links={shown} />
      </div>
      {links.length > count && <button onClick={() => setCount(count + AT_ONCE)}>{say.more}</button>}
      <Ids of={shown.map(({ event }) => event.actor)} />
      {isCut && <p>{say.cut}</p>}
    </>
  );
}

function Table({ links }: { links: readonly Link[] }) {
  return (
    <div class="wide" role="region" aria-label={say.table} tabIndex={0}>
      <table>
        <caption>{say.table}</caption>
        <thead>
          <tr>
            {Object.values(say.columns).map((each) => (
              <th scope="col">{each}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {links.map((link) => (
            <tr key={link.event.id}>
              <th scope="row">
                <What event={link.event} />
              </th>
              <td>
                <Named id={link.event.actor} isShort />
              </td>
              <td>
                <time dateTime={link.event.at}>{instantInWords(link.event.at)}</time>
              </td>
              <td>{becauseOf(link)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function What({ event }: { event: Event }) {
  const [noun = '', id = ''] = event.subject.split('/');
  const page = PAGES[noun];
  const said = actionInWords(event.action);
  return page === undefined ? <>{said}</> : <a href={addressOf(page, id)}>{said}</a>;
}

function becauseOf({ event, cause, isDirect }: Link): string {
  if (cause === null) return event.cause === event.id ? say.itself : say.elsewhere;
  const said = actionInWords(cause.action);
  return isDirect ? said : say.through(said);
}
