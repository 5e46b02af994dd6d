import { useState } from 'preact/hooks';

import type { Device, PreferencesView } from '../api/generated.ts';
import { read } from '../api/call.ts';
import { isTold, tell, tellNothing } from '../device/key.ts';
import { Hindered, hindrance, subscribe } from '../device/subscription.ts';
import { Loaded, Trouble } from '../parts/loaded.tsx';
import { addressOf } from '../route.ts';
import { words } from '../words.ts';
import { bell as say } from '../words/notifications.ts';

// Where another way may be all that is left.
const ELSEWHERE: readonly string[] = ['unsupported', 'failed'];

interface Properties {
  /** What the platform knows of this device; undefined where it knows nothing. */
  device: Device | undefined;
  again: () => void;
}

/** Whether this browser is told what waits, and how that is changed. */
export function Bell({ device, again }: Properties) {
  const because = hindrance() ?? (device === undefined ? 'keyless' : null);
  return (
    <section>
      <h2>{say.title}</h2>
      <p>{say.about}</p>
      {because !== null ? <Cannot by={because} /> : <Switch device={device!} again={again} />}
    </section>
  );
}

function Switch({ device, again }: { device: Device; again: () => void }) {
  return (
    <Loaded read={() => readState(device)}>
      {(state) => <Button {...state} again={again} />}
    </Loaded>
  );
}

interface State {
  readonly isOn: boolean;
  readonly pushKey: string;
}

async function readState(device: Device): Promise<State> {
  const { push_key } = await read<PreferencesView>('/v1/notifications/preferences');
  return { isOn: await isTold(device), pushKey: push_key };
}

function Button({ isOn: wasOn, pushKey, again }: State & { again: () => void }) {
  const [isOn, setOn] = useState(wasOn);
  const [isBusy, setBusy] = useState(false);
  const [said, setSaid] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const press = async () => {
    setBusy(true);
    setSaid('');
    setProblem(undefined);
    try {
      if (isOn) await tellNothing();
      else await tell(await subscribe(pushKey));
      setOn(!isOn);
      setSaid(isOn ? say.stopped : say.notifies);
      again();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <p role="status">{said || (isOn && say.notifies)}</p>
      <button disabled={isBusy} onClick={() => void press()}>
        {isOn ? say.stop : say.notify}
      </button>
      {problem instanceof Hindered ? (
        <div role="alert">
          <Cannot by={problem.by} />
        </div>
      ) : (
        problem !== undefined && <Trouble problem={problem} />
      )}
    </>
  );
}

function Cannot({ by }: { by: keyof typeof say.cannot }) {
  return (
    <p>
      {say.cannot[by]} {ELSEWHERE.includes(by) && <a href={addressOf('notifications')}>{words.pages.notifications}</a>}
    </p>
  );
}
