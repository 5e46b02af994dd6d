import type { Dashboard } from '../api/generated.ts';
import { read } from '../api/call.ts';
import { instantInWords } from '../kit/time.ts';
import { Loaded } from '../parts/loaded.tsx';
import { Table } from '../parts/table.tsx';
import { words } from '../words.ts';
import { health as say } from '../words/health.ts';
import { DeadLetters } from './dead-letters.tsx';

/** What the functions report: their newest event, dead letters and what is stuck. */
export function Health() {
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.health}</h1>
      <Loaded read={() => read<Dashboard>('/v1/mobile/dashboard')}>
        {({ health }) => (
          <>
            <p class={health.status}>{words.overview.health[health.status]}</p>
            <p>{say.about}</p>
            {health.functions.length === 0 ? (
              <p>{say.none}</p>
            ) : (
              <Table
                label={say.functions}
                heads={say.heads}
                numbersFrom={2}
                rows={health.functions.map((each) => [
                  each.name,
                  each.last_event_at && instantInWords(each.last_event_at),
                  each.dead_letters,
                  each.stuck,
                ])}
              />
            )}
            {health.functions.some((each) => each.dead_letters > 0) && <DeadLetters />}
          </>
        )}
      </Loaded>
    </>
  );
}
