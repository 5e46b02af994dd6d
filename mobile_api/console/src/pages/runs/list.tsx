import { useSignal } from '@preact/signals';

import type { RunView } from '../../api/generated.ts';
import { dollars } from '../../kit/money.ts';
import { spaced } from '../../kit/text.ts';
import { instantInWords } from '../../kit/time.ts';
import { called } from '../../names.ts';
import { Pages } from '../../parts/pages.tsx';
import { addressOf } from '../../route.ts';
import { words } from '../../words.ts';
import { runs as say } from '../../words/runs.ts';

type Status = RunView['status'];
const SHOWN: readonly (Status | null)[] = [null, 'awaiting_approval', 'paused', 'running', 'failed', 'completed', 'cancelled'];

/** The runs, newest first. */
export function Runs() {
  const status = useSignal<Status | null>(null);
  const query = status.value === null ? '' : `status=${status.value}&`;
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.runs}</h1>
      <div class="choice" role="group" aria-label={words.pages.runs}>
        {SHOWN.map((each) => (
          <button aria-pressed={each === status.value} onClick={() => (status.value = each)}>
            {each === null ? say.every : say.status[each]}
          </button>
        ))}
      </div>
      <Pages<RunView> key={status.value ?? ''} path={`/v1/runs?${query}limit=50`} none={say.none}>
        {(run) => (
          <a class="card-link" href={addressOf('runs', run.run_id)}>
            <span class="summary">{say.version(run.capsule, run.capsule_version)}</span>
            <span class="facts">
              <span class={`run ${run.status}`}>{say.status[run.status]}</span>
              <span>{say.progress(run.done, run.steps)}</span>
              {run.failure && <span>{spaced(run.failure.code)}</span>}
              <span>{dollars(run.spent_usd_micros)}</span>
              <span>{say.startedBy(called(run.started_by))}</span>
              <span>{instantInWords(run.started_at)}</span>
            </span>
          </a>
        )}
      </Pages>
    </>
  );
}
