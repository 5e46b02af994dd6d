import { useState } from 'preact/hooks';

import type { PlanView, RunEvent, RunView } from '../../api/generated.ts';
import { Problem, read } from '../../api/call.ts';
import { dollars } from '../../kit/money.ts';
import { spaced } from '../../kit/text.ts';
import { instantInWords } from '../../kit/time.ts';
import { whoActs } from '../../me.ts';
import { called } from '../../names.ts';
import { Ids } from '../../parts/ids.tsx';
import { Loaded, Trouble } from '../../parts/loaded.tsx';
import { Pairs } from '../../parts/pairs.tsx';
import { Named } from '../../parts/named.tsx';
import { addressOf } from '../../route.ts';
import { runs as say } from '../../words/runs.ts';
import { Commands } from './commands-form.tsx';
import { readFollowed, useFollowed, withMoreSteps, type Followed } from './following.ts';
import { Settle } from './settle.tsx';
import { Steps } from './steps.tsx';

const EVENTS_AT_ONCE = 20;

interface Found {
  readonly followed: Followed;
  readonly plan: PlanView | null;
  readonly mayWrite: boolean;
}

/** A run: where it stands, what somebody can do about it, what its steps gave beside what was predicted, and its history. */
export function RunPage({ id }: { id: string }) {
  const path = `/v1/runs/${encodeURIComponent(id)}`;
  return <Loaded read={() => readRun(path)}>{(found) => <Shown path={path} {...found} />}</Loaded>;
}

async function readRun(path: string): Promise<Found> {
  const followed = await readFollowed(path);
  const [plan, { scopes }] = await Promise.all([readPlan(followed.run.plan_hash), whoActs()]);
  return { followed, plan, mayWrite: scopes.includes('runs:write') };
}

/** What was compiled and rehearsed; null for who may not read it. */
async function readPlan(hash: string): Promise<PlanView | null> {
  try {
    return await read<PlanView>(`/v1/plans/${hash}`);
  } catch (error) {
    if (error instanceof Problem && [403, 404].includes(error.status)) return null;
    throw error;
  }
}

function Shown({ path, followed: first, plan, mayWrite }: Found & { path: string }) {
  const [followed, take, look] = useFollowed(path, first);
  const [problem, setProblem] = useState<unknown>();
  const { run, steps, stepsCursor, events } = followed;
  const more = () => {
    setProblem(undefined);
    withMoreSteps(path, followed).then(take, setProblem);
  };
  return (
    <article>
      <h1 tabIndex={-1}>{say.version(run.capsule, run.capsule_version)}</h1>
      <p class="facts" role="status">
        <span class={`run ${run.status}`}>{say.status[run.status]}</span>
        {run.stopping && <span>{say.stopping[run.stopping]}</span>}
        <span>{say.progress(run.done, run.steps)}</span>
        <span>{say.spent(dollars(run.spent_usd_micros), dollars(run.held_usd_micros))}</span>
        {run.is_undone && <span>{say.undone}</span>}
        {run.replay_of && <span>{say.isReplay}</span>}
      </p>
      <Waits run={run} />
      {run.failure && (
        <section class="changes">
          <h2>{say.failure}</h2>
          <p>
            <strong>{spaced(run.failure.code)}</strong>
            {run.failure.step && ` ${say.failedAt(run.failure.step)}`}: {run.failure.detail}
          </p>
        </section>
      )}
      {run.waiting?.kind === 'doubt' && run.waiting.invocation_id && mayWrite && (
        <Settle invocationId={run.waiting.invocation_id} key={run.waiting.invocation_id} done={look} />
      )}
      <Commands run={run} steps={plan?.content?.steps.map((each) => each.id) ?? []} mayWrite={mayWrite} path={path} done={look} />
      <Steps steps={steps} plan={plan} events={events} />
      {problem !== undefined && <Trouble problem={problem} />}
      {stepsCursor !== null && <button onClick={more}>{say.steps.more}</button>}
      <Facts run={run} />
      <History events={events} />
      <Ids of={namedIn(followed)} />
    </article>
  );
}

/** Who and what is called by its name on the page. */
function namedIn({ run, steps, events }: Followed): readonly (string | null)[] {
  const settled = steps.flatMap((each) => [each.assented_by, each.settled_by]);
  return [run.started_by, run.agent_id, ...settled, ...events.map((each) => each.actor)];
}

function Waits({ run }: { run: RunView }) {
  const { waiting } = run;
  return (
    <>
      {waiting && <p>{waiting.kind === 'time' ? say.waits.time(instantInWords(waiting.until!)) : say.waits[waiting.kind]}</p>}
      <p class="links">
        {waiting?.approval_id && <a href={addressOf('approvals', waiting.approval_id)}>{say.openApproval}</a>}
        {waiting?.run_id && <a href={addressOf('runs', waiting.run_id)}>{say.openRun}</a>}
        {run.parent_run_id && <a href={addressOf('runs', run.parent_run_id)}>{say.openWhole}</a>}
        {run.replay_of && <a href={addressOf('runs', run.replay_of)}>{say.replayOf}</a>}
        <a href={addressOf('runs', run.run_id, 'receipts')}>{say.links.receipts}</a>
        <a href={addressOf('story', 'run', run.run_id)}>{say.links.story}</a>
        <a href={addressOf('audit', 'run', run.run_id)}>{say.links.audit}</a>
      </p>
    </>
  );
}

function Facts({ run }: { run: RunView }) {
  return (
    <section>
      <h2>{say.facts}</h2>
      <Pairs
        of={[
          [say.started, `${instantInWords(run.started_at)} · ${called(run.started_by)}`],
          [say.ended, run.ended_at && instantInWords(run.ended_at)],
          [
            say.agent,
            <>
              <a href={addressOf('agents', run.agent_id)}>{called(run.agent_id)}</a> {run.agent_version}
            </>,
          ],
          [say.plan, <code>{run.plan_hash}</code>],
        ]}
      />
    </section>
  );
}

function History({ events }: { events: readonly RunEvent[] }) {
  const [count, setCount] = useState(EVENTS_AT_ONCE);
  return (
    <section>
      <h2>{say.history}</h2>
      <ol class="history" reversed>
        {events.slice(-count).toReversed().map((each) => (
          <li key={each.sequence} value={each.sequence}>
            <time dateTime={each.at}>{instantInWords(each.at)}</time> {spaced(each.type.split('.')[2]!)} · <Named id={each.actor} isShort />
            {each.failure && <q>{each.failure.detail}</q>}
          </li>
        ))}
      </ol>
      {events.length > count && <button onClick={() => setCount(count + 5 * EVENTS_AT_ONCE)}>{say.moreHistory}</button>}
    </section>
  );
}
