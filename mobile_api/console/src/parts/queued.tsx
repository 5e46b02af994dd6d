import { useState } from 'preact/hooks';

import { dismiss, HOLD_MS, withdraw, type Entry } from '../device/queue.ts';
import { blockedBy, sendNow } from '../device/sending.ts';
import { instantInWords } from '../kit/time.ts';
import { words } from '../words.ts';

const say = words.offline;

/** A decision on its way: what became of it, and what its person can do about it. */
export function Queued({ entry }: { entry: Entry }) {
  const { decision, state, said, isHeld } = entry;
  const [isTooLate, setTooLate] = useState(false);
  const takeBack = () => void withdraw(decision.id).then((isBack) => setTooLate(!isBack));
  return (
    <div class={`queued ${state}`} role={state === 'refused' ? 'alert' : 'status'}>
      <p>
        {say.decided[decision.verb](instantInWords(new Date(decision.madeAt).toISOString()))} {isHeld ? say.held(HOLD_MS / 1000) : say.state[state]}{' '}
        {state === 'refused' && said !== null && 'code' in said && said.detail}
        {(state === 'waiting' || state === 'sending') && blockedBy.value && say.blockedBy[blockedBy.value]}
      </p>
      {isTooLate && <p>{say.tooLate}</p>}
      {state === 'waiting' && <button onClick={takeBack}>{say.withdraw}</button>}{' '}
      {isHeld && <button onClick={() => void sendNow()}>{say.sendNow}</button>}
      {(state === 'accepted' || state === 'refused') && (
        <button onClick={() => void dismiss(decision.id)}>{say.dismiss}</button>
      )}
    </div>
  );
}
