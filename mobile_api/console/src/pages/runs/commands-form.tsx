import { useState } from 'preact/hooks';

import type { RunsReplayBody, RunView } from '../../api/generated.ts';
import { Trouble } from '../../parts/loaded.tsx';
import { useWrite } from '../../parts/write.ts';
import { addressOf, go } from '../../route.ts';
import { words } from '../../words.ts';
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
  const [isSending, setSending] = useState(false);
  const write = useWrite();
  const verbs = verbsFor(run);
  const isOffered = chosen !== undefined && verbs.includes(chosen);
  const act = async (verb: Verb, body?: RunsReplayBody) => {
    setSending(true);
    setProblem(undefined);
    setSaid(undefined);
    try {
      const after = await write<RunView>({ method: 'POST', path: `${path}/${verb}`, body });
      setSaid(verb === 'resume' && after.status === 'paused' ? say.stillRests : say.done[verb]);
      setChosen(undefined);
      if (verb === 'replay') go(addressOf('runs', after.run_id));
      else done();
    } catch (error) {
      setProblem(error);
    } finally {
      setSending(false);
    }
  };
  const press = (verb: Verb) => {
    setProblem(undefined);
    if (needsConfirming(verb)) setChosen(verb);
    else void act(verb);
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
            <button key={each} type="button" disabled={isSending} onClick={() => press(each)}>
              {say[each]}
            </button>
          ))}
        </div>
      )}
      {mayWrite && isOffered && (
        <Confirm
          verb={chosen}
          run={run}
          steps={steps}
          isSending={isSending}
          act={(body) => void act(chosen, body)}
          back={() => setChosen(undefined)}
        />
      )}
      {problem !== undefined && <Trouble problem={problem} />}
    </section>
  );
}

interface ConfirmProperties {
  verb: Verb;
  run: RunView;
  steps: readonly string[];
  isSending: boolean;
  act: (body?: RunsReplayBody) => void;
  back: () => void;
}

function Confirm({ verb, run, steps, isSending, act, back }: ConfirmProperties) {
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
          {words.form.back}
        </button>
        <button type="button" disabled={isSending} onClick={() => act(body)}>
          {say.now[verb]}
        </button>
      </div>
    </form>
  );
}
