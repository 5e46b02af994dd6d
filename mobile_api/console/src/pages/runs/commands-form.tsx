import { useState } from 'preact/hooks';

import type { RunsReplayBody, RunView } from '../../api/generated.ts';
import { Problem, write } from '../../api/call.ts';
import { Trouble } from '../../parts/loaded.tsx';
import { addressOf, go } from '../../route.ts';
import { runs } from '../../words/runs.ts';
import { needsConfirming, verbsFor, type Verb } from './commands.ts';

const say = runs.verbs;

interface Properties {
  run: RunView;
  steps: readonly string[];
  mayWrite: boolean;
  path: string;
  done: () => void;
}

/** What somebody can do to a run. What ends it or acts again takes two steps. */
export function Commands({ run, steps, mayWrite, path, done }: Properties) {
  const [chosen, setChosen] = useState<Verb>();
  const [said, setSaid] = useState<string>();
  const [problem, setProblem] = useState<unknown>();
  const verbs = verbsFor(run);
  const isOffered = chosen !== undefined && verbs.includes(chosen);
  /** Whether it was answered, with a refusal or not. */
  const act = async (verb: Verb, key: string, body?: RunsReplayBody): Promise<boolean> => {
    setProblem(undefined);
    setSaid(undefined);
    try {
      const after = await write<RunView>({ method: 'POST', path: `${path}/${verb}`, body }, key);
      setSaid(verb === 'resume' && after.status === 'paused' ? say.stillRests : say.done[verb]);
      setChosen(undefined);
      if (verb === 'replay') go(addressOf('runs', after.run_id));
      else done();
      return true;
    } catch (error) {
      setProblem(error);
      return error instanceof Problem;
    }
  };
  const press = async (verb: Verb, key: string) => {
    if (!needsConfirming(verb)) return act(verb, key);
    setProblem(undefined);
    setChosen(verb);
    return true;
  };
  return (
    <section>
      <h2>{say.title}</h2>
      {said !== undefined && <p role="status">{said}</p>}
      {!mayWrite && <p>{say.nobody}</p>}
      {mayWrite && verbs.length === 0 && <p>{run.parent_run_id ? runs.openWhole : say.none}</p>}
      {mayWrite && !isOffered && (
        <div class="verbs">
          {verbs.map((each) => (
            <Send key={each} label={say[each]} act={(key) => press(each, key)} />
          ))}
        </div>
      )}
      {mayWrite && isOffered && <Confirm verb={chosen} run={run} steps={steps} act={act} back={() => setChosen(undefined)} />}
      {problem !== undefined && <Trouble problem={problem} />}
    </section>
  );
}

interface ConfirmProperties {
  verb: Verb;
  run: RunView;
  steps: readonly string[];
  act: (verb: Verb, key: string, body?: RunsReplayBody) => Promise<boolean>;
  back: () => void;
}

function Confirm({ verb, run, steps, act, back }: ConfirmProperties) {
  const [mode, setMode] = useState<NonNullable<RunsReplayBody['mode']>>('full');
  const [step, setStep] = useState(steps[0] ?? '');
  const modes = (Object.keys(say.modes) as NonNullable<RunsReplayBody['mode']>[]).filter(
    (each) => (each !== 'failed_only' || run.status === 'failed') && (each !== 'from_step' || steps.length > 0),
  );
  const body = verb === 'replay' ? { mode, from_step: mode === 'from_step' ? step : null } : undefined;
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      <p>{say.confirm[verb]}</p>
      {verb === 'replay' && (
        <label>
          {say.mode}
          <select value={mode} onChange={(event) => setMode(event.currentTarget.value as NonNullable<RunsReplayBody['mode']>)}>
            {modes.map((each) => (
              <option value={each}>{say.modes[each]}</option>
            ))}
          </select>
        </label>
      )}
      {body?.mode === 'from_step' && (
        <label>
          {say.fromStep}
          <select value={step} onChange={(event) => setStep(event.currentTarget.value)}>
            {steps.map((each) => (
              <option value={each}>{each}</option>
            ))}
          </select>
        </label>
      )}
      <div class="verbs">
        <button type="button" onClick={back}>
          {say.back}
        </button>
        <Send key={JSON.stringify(body)} label={say.now[verb]} act={(key) => act(verb, key, body)} />
      </div>
    </form>
  );
}

/** A button that is one command, however often it is pressed before an answer comes. */
function Send({ label, act }: { label: string; act: (key: string) => Promise<boolean> }) {
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [isSending, setSending] = useState(false);
  const press = async () => {
    setSending(true);
    if (await act(key)) setKey(crypto.randomUUID());
    setSending(false);
  };
  return (
    <button type="button" disabled={isSending} onClick={() => void press()}>
      {label}
    </button>
  );
}
