import { useState } from 'preact/hooks';

import type { Device } from '../api/generated.ts';
import { Problem } from '../api/call.ts';
import { confirm, confirmByPasskey, deviceKey, enrol, readDevices, removeDevice } from '../device/key.ts';
import { queue } from '../device/queue.ts';
import { instantInWords } from '../kit/time.ts';
import { Loaded, Trouble } from '../parts/loaded.tsx';
import { Queued } from '../parts/queued.tsx';
import { Row } from '../parts/row.tsx';
import { addressOf } from '../route.ts';
import { words } from '../words.ts';
import { device as say } from '../words/device.ts';
import { Bell } from './bell.tsx';

const CODE_LENGTH = 8;

/** The key of this device, what waits to be sent from it, and the other devices of its person. */
export function ThisDevice() {
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.device}</h1>
      <Waiting />
      <Loaded read={readDevices}>
        {(devices, again) => <Devices devices={devices} again={() => again(readDevices)} />}
      </Loaded>
      <p>{say.kept}</p>
    </>
  );
}

function Waiting() {
  return (
    <section>
      <h2>{say.queue}</h2>
      {queue.value.length === 0 && <p>{say.none}</p>}
      <ul class="rows">
        {queue.value.map((each) => (
          <li key={each.decision.id}>
            <a href={addressOf('approvals', each.decision.approvalId)}>{each.decision.summary}</a>
            <Queued entry={each} />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface Properties {
  devices: readonly Device[];
  again: () => void;
}

function Devices({ devices, again }: Properties) {
  const [problem, setProblem] = useState<unknown>();
  const mine = deviceKey.value;
  const act = (what: Promise<void>) => {
    setProblem(undefined);
    what.then(again, setProblem);
  };
  const shown = devices.find((each) => each.device_id === mine?.id);
  return (
    <>
      <section>
        <h2>{say.key}</h2>
        <p>{say.why}</p>
        {shown === undefined ? (
          <Add act={act} />
        ) : shown.confirmed_at !== null ? (
          <p>{say.known}</p>
        ) : (
          <>
            <p>
              {say.unconfirmed} {codeOf(shown)}
            </p>
            <button onClick={() => act(confirmByPasskey())}>{say.byPasskey}</button>
          </>
        )}
        {problem !== undefined && <Refused problem={problem} />}
      </section>
      <Bell device={shown} again={again} />
      <section>
        <h2>{say.yours}</h2>
        {devices.length === 0 && <p>{words.nothingHere}</p>}
        <ul class="rows">
          {devices.map((each) => (
            <li key={each.device_id}>
              <DeviceRow device={each} isThis={each === shown} act={act} />
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function Add({ act }: { act: (what: Promise<void>) => void }) {
  const [name, setName] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    act(enrol(name.trim()));
  };
  return (
    <form onSubmit={submit}>
      <label>
        {say.name}
        <input
          value={name}
          maxLength={200}
          autocomplete="off"
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <button disabled={name.trim() === ''}>{say.add}</button>
    </form>
  );
}

interface DeviceRowProperties {
  device: Device;
  isThis: boolean;
  act: (what: Promise<void>) => void;
}

function DeviceRow({ device, isThis, act }: DeviceRowProperties) {
  const [isLeaving, setLeaving] = useState(false);
  const isWaiting = device.thumbprint !== null && device.confirmed_at === null;
  const does = device.thumbprint === null ? say.told : isWaiting ? say.waits : say.signs;
  const name = device.name || say.unnamed[device.platform];
  return (
    <Row
      summary={name}
      facts={[isThis && say.this, does, say.since(instantInWords(device.registered_at)), isWaiting && codeOf(device)]}
    >
      {isLeaving ? (
        <>
          <p>{say.removing}</p>
          <span class="choice">
            <button onClick={() => setLeaving(false)}>{say.keep}</button>
            <button onClick={() => act(removeDevice(device.device_id))}>
              {say.removeNow} <span class="unseen">{name}</span>
            </button>
          </span>
        </>
      ) : (
        <span class="choice">
          {isWaiting && !isThis && deviceKey.value?.isConfirmed && (
            <button onClick={() => act(confirm(device))}>
              {say.confirm} <span class="unseen">{name}</span>
            </button>
          )}
          <button onClick={() => setLeaving(true)}>
            {say.remove} <span class="unseen">{name}</span>
          </button>
        </span>
      )}
    </Row>
  );
}

function Refused({ problem }: { problem: unknown }) {
  if (!(problem instanceof Problem) || problem.code !== 'sign_in_too_old') return <Trouble problem={problem} />;
  return (
    <p role="alert">
      {say.tooOld} <a href={`/signin?return_to=${encodeURIComponent(location.pathname)}`}>{say.signInAgain}</a>
    </p>
  );
}

function codeOf(device: Device): string {
  return say.code(device.thumbprint!.slice(0, CODE_LENGTH));
}
