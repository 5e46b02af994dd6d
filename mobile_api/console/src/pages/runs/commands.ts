/** What people do to runs, and when each is of use. The API judges all of it again. */

import type { RunView } from '../../api/generated.ts';

export type Verb = 'pause' | 'resume' | 'retry' | 'cancel' | 'undo' | 'replay';
export type Run = Pick<
  RunView,
  'status' | 'stopping' | 'parent_run_id' | 'replay_of' | 'is_undone' | 'done' | 'run_id'
>;

const ENDED: readonly string[] = ['completed', 'failed', 'cancelled'];

/** What somebody with the right to it can do to the run as it stands. A part of another run goes with the whole. */
export function verbsFor(run: Run): readonly Verb[] {
  if (run.parent_run_id !== null) return [];
  const hasEnded = ENDED.includes(run.status);
  const rests = run.status === 'paused';
  const isReplay = run.replay_of !== null;
  const verbs: Verb[] = [];
  if (!hasEnded && !rests && run.stopping === null) verbs.push('pause');
  if (rests) verbs.push('resume');
  if (run.status === 'failed' && !isReplay && !run.is_undone) verbs.push('retry');
  if ((!hasEnded || run.status === 'failed') && run.stopping !== 'cancel') verbs.push('cancel');
  if ((hasEnded || rests) && !isReplay && !run.is_undone && run.done > 0) verbs.push('undo');
  if ((hasEnded || rests) && !isReplay) verbs.push('replay');
  return verbs;
}

/** Whether something is shown before it is done: it ends a run, or acts again. */
export function needsConfirming(verb: Verb): boolean {
  return verb === 'cancel' || verb === 'undo' || verb === 'replay' || verb === 'retry';
}
