/** What happened in each step of a run, beside what its rehearsal predicted of it. */

import type { PlanView, RunEvent, StepPrediction, StepView } from '../../api/generated.ts';

export interface Receipt {
  readonly receipt_id: string;
  readonly outcome: string;
}

/** One row of the timeline: what a step, an iteration or a turn gave; `view` is null for a step that was not reached. */
export interface Outcome {
  readonly step: string;
  readonly view: StepView | null;
  readonly predicted: StepPrediction | null;
  readonly receipts: readonly Receipt[];
}

/** The rows in the order of the plan; the prediction stands beside the step, not its iterations. */
export function outcomesOf(
  steps: readonly StepView[],
  plan: Pick<PlanView, 'prediction' | 'content'> | null,
  events: readonly RunEvent[],
): readonly Outcome[] {
  const predictions = new Map(plan?.prediction?.steps.map((each) => [each.step, each]));
  const receipts = receiptsByCall(events);
  const rows: Outcome[] = steps.map((view) => ({
    step: view.step,
    view,
    predicted: view.iteration === null && view.turn === null ? (predictions.get(view.step) ?? null) : null,
    receipts: view.turn === null ? (receipts.get(callOf(view.step, view.iteration)) ?? []) : [],
  }));
  const reached = new Set(steps.map((each) => each.step));
  const left = (plan?.content?.steps ?? []).filter((each) => !reached.has(each.id));
  return [...rows, ...left.map((each) => ({ step: each.id, view: null, predicted: predictions.get(each.id) ?? null, receipts: [] }))];
}

function receiptsByCall(events: readonly RunEvent[]): Map<string, Receipt[]> {
  const found = new Map<string, Receipt[]>();
  for (const each of events.flatMap((event) => event.receipts)) {
    if (each.step === null) continue;
    const call = callOf(each.step, each.iteration);
    found.set(call, [...(found.get(call) ?? []), each]);
  }
  return found;
}

function callOf(step: string, iteration: number | null): string {
  return `${step}/${iteration ?? ''}`;
}
