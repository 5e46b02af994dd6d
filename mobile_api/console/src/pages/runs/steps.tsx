import type { Divergence, PlanView, RunEvent, StepPrediction, StepView } from '../../api/generated.ts';
import type { Json } from '../../kit/canonical.ts';
import { dollars } from '../../kit/money.ts';
import { spaced } from '../../kit/text.ts';
import { instantInWords } from '../../kit/time.ts';
import { called } from '../../names.ts';
import { Pairs } from '../../parts/pairs.tsx';
import { Rows } from '../../parts/rows.tsx';
import { Value } from '../../parts/value.tsx';
import { addressOf } from '../../route.ts';
import { words } from '../../words.ts';
import { receipts as sayOf } from '../../words/receipts.ts';
import { runs } from '../../words/runs.ts';
import { outcomesOf, type Outcome } from './outcomes.ts';

const say = runs.steps;
// What is no longer than this is open.
const SHORT = 300;

interface Properties {
  steps: readonly StepView[];
  plan: PlanView | null;
  events: readonly RunEvent[];
}

/** What each step gave, beside what the rehearsal predicted. */
export function Steps({ steps, plan, events }: Properties) {
  const rows = outcomesOf(steps, plan, events);
  return (
    <section class="timeline">
      <h2>{say.title}</h2>
      {plan === null && <p>{say.erasedPlan}</p>}
      {rows.length === 0 && <p>{say.none}</p>}
      <Rows items={rows}>{(row) => <Step {...row} />}</Rows>
    </section>
  );
}

function Step({ step, view, predicted, receipts }: Outcome) {
  const isPart = view !== null && (view.iteration !== null || view.turn !== null);
  return (
    <div class={`step ${view?.status ?? 'ahead'} ${isPart ? 'part' : ''}`}>
      <span class="summary">
        {step}
        {view && view.iteration !== null && ` · ${say.iteration(view.iteration)}`}
        {view?.turn && ` · ${say.turn(view.turn.number, view.turn.model)}`}
      </span>
      <span class="facts">
        <span class={`run ${view?.status ?? ''}`}>{view === null ? say.waiting : spaced(view.status)}</span>
        {view?.operation && <code>{view.operation}</code>}
        {view && view.iterations !== null && <span>{say.iterations(view.iterations)}</span>}
        {receipts.length > 1 && <span>{say.attempts(receipts.length)}</span>}
        {view && <span>{say.cost(dollars(view.cost_usd_micros), dollars(view.predicted_usd_micros))}</span>}
        {view && <time dateTime={view.at}>{instantInWords(view.at)}</time>}
        {view?.assented_by && <span>{say.assentedBy(called(view.assented_by))}</span>}
        {view?.settled_by && <span>{say.settledBy(called(view.settled_by))}</span>}
      </span>
      {view?.turn && <Turn turn={view.turn} />}
      <span class="links">
        {view?.approval_id && <a href={addressOf('approvals', view.approval_id)}>{runs.openApproval}</a>}
        {view?.sub_run_id && <a href={addressOf('runs', view.sub_run_id)}>{runs.openRun}</a>}
        {view?.turn?.receipt_id && <a href={addressOf('receipts', view.turn.receipt_id)}>{sayOf.one}</a>}
        {receipts.map((each) => (
          <a href={addressOf('receipts', each.receipt_id)}>
            {sayOf.one}: {sayOf.outcome[each.outcome as keyof typeof sayOf.outcome] ?? each.outcome}
          </a>
        ))}
      </span>
      {view && view.divergences.length > 0 && <Differences found={view.divergences} />}
      {view && view.turn === null && <Gave view={view} />}
      {predicted && <Predicted predicted={predicted} isOpen={view === null} />}
    </div>
  );
}

function Turn({ turn }: { turn: NonNullable<StepView['turn']> }) {
  const chosen = turn.chosen.filter((each) => each !== null);
  return (
    <span class="facts">
      <span>{chosen.length > 0 ? say.chose(chosen.join(', ')) : say.choseNothing}</span>
      {turn.tokens_in !== null && turn.tokens_out !== null && <span>{say.tokens(turn.tokens_in, turn.tokens_out)}</span>}
    </span>
  );
}

function Gave({ view }: { view: StepView }) {
  const { value, labels } = view.output;
  if (value === null) return null;
  return (
    <details open={JSON.stringify(value).length <= SHORT}>
      <summary>{say.output}</summary>
      <Value value={value as Json} />
      {labels.length > 0 && (
        <p class="facts">
          {say.labels}:{' '}
          {labels.map((each) => (
            <code>{each}</code>
          ))}
        </p>
      )}
    </details>
  );
}

function Predicted({ predicted, isOpen }: { predicted: StepPrediction; isOpen: boolean }) {
  const yes = (is: boolean) => (is ? say.yes : say.no);
  return (
    <details open={isOpen}>
      <summary>
        {say.predicted}: {say.inShort(predicted.calls, yes(predicted.reversible))}
      </summary>
      <Pairs
        of={[
          [say.operation, predicted.operation],
          [say.risk, words.risk[predicted.risk]],
          [say.calls, predicted.calls ?? say.callsUnknown],
          [say.reversible, yes(predicted.reversible)],
          [say.needsAssent, yes(predicted.approval)],
          [say.shape, <code>{JSON.stringify(predicted.output)}</code>],
        ]}
      />
    </details>
  );
}

function Differences({ found }: { found: readonly Divergence[] }) {
  return (
    <section class="changes">
      <h3>{say.differences}</h3>
      {found.map((each) => (
        <p>
          {each.field}
          <del>
            {say.was} {JSON.stringify(each.was)}
          </del>
          <ins>
            {say.now} {JSON.stringify(each.now)}
          </ins>
        </p>
      ))}
    </section>
  );
}
