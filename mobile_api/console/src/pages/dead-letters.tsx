import type { AuditEntryPage } from '../api/generated.ts';
import { read } from '../api/call.ts';
import { BURIED, RECOVERED, waitingIn, type DeadLetter } from '../kit/dead-letters.ts';
import { actionInWords } from '../kit/story.ts';
import { instantInWords } from '../kit/time.ts';
import { Loaded } from '../parts/loaded.tsx';
import { Row } from '../parts/row.tsx';
import { addressOf } from '../route.ts';
import { health as say } from '../words/health.ts';
import { WITH_STORIES } from './audit/entry.tsx';

const MOST = 100;

/** What the dead letters were about, by the audit log's records of them. */
export function DeadLetters() {
  return (
    <section>
      <h2>{say.letters}</h2>
      <Loaded read={readLetters}>
        {(letters) =>
          letters.length === 0 ? (
            <p>{say.noLetters}</p>
          ) : (
            <ul class="rows">
              {letters.map((each) => (
                <li key={each.id}>
                  <Letter letter={each} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}

async function readLetters(): Promise<readonly DeadLetter[]> {
  const pages = await Promise.all(
    [BURIED, RECOVERED].map((action) => read<AuditEntryPage>(`/v1/audit/entries?action=${action}&limit=${MOST}`)),
  );
  return waitingIn(pages.flatMap((each) => each.items));
}

function Letter({ letter }: { letter: DeadLetter }) {
  const [noun = '', ...id] = letter.subject.split('/');
  const hasStory = WITH_STORIES.includes(noun);
  return (
    <Row
      summary={letter.type === '' ? say.unreadable : say.letter(actionInWords(letter.type), letter.function)}
      facts={[
        hasStory ? <a href={addressOf('story', noun, id.join('/'))}>{letter.subject}</a> : letter.subject,
        instantInWords(letter.at),
        letter.reason && say.because(letter.reason),
      ]}
    />
  );
}
