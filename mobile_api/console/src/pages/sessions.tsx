import type { SessionView } from '../api/generated.ts';
import { serverNow } from '../api/call.ts';
import { spaced } from '../kit/text.ts';
import { instantInWords } from '../kit/time.ts';
import { Said, useChanged } from '../parts/changed.tsx';
import { Act } from '../parts/form.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Pages } from '../parts/pages.tsx';
import { Row } from '../parts/row.tsx';
import { sessionId } from '../session.ts';
import { words } from '../words.ts';
import { sessions as say } from '../words/you.ts';

/** One's own sessions, of browsers, devices and clients; each can be ended. */
export function Sessions() {
  const { turn, said, changed } = useChanged();
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.sessions}</h1>
      <Said turn={turn} said={said} />
      <Loaded read={sessionId}>
        {(own) => (
          <Pages<SessionView> key={turn} path="/v1/auth/sessions" none={say.none}>
            {(session) => <Session session={session} isOwn={session.session_id === own} changed={changed} />}
          </Pages>
        )}
      </Loaded>
    </>
  );
}

interface Properties {
  session: SessionView;
  isOwn: boolean;
  changed: (said: string) => void;
}

function Session({ session, isOwn, changed }: Properties) {
  const isOver = session.ended_at !== null || Date.parse(session.expires_at) <= serverNow();
  const name = session.device || session.client_id || say.client[session.client];
  return (
    <Row
      summary={name}
      facts={[
        isOwn && <strong>{say.here}</strong>,
        say.client[session.client],
        session.client_id,
        say.by(session.provider),
        say.began(instantInWords(session.started_at)),
        say.used(instantInWords(session.used_at)),
        session.ended_because !== null
          ? say.ended(spaced(session.ended_because))
          : isOver
            ? say.over(instantInWords(session.expires_at))
            : say.until(instantInWords(session.expires_at)),
        session.agent_id,
      ]}
    >
      {!isOver && (
        <Act<SessionView>
          label={say.end}
          of={name}
          send={say.endNow}
          about={isOwn ? say.aboutThis : say.about}
          request={() => ({ method: 'DELETE', path: `/v1/auth/sessions/${encodeURIComponent(session.session_id)}` })}
          done={() => (isOwn ? location.assign('/signin') : changed(say.isEnded))}
        />
      )}
    </Row>
  );
}
