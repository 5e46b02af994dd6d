import { useState } from 'preact/hooks';

import type { InvocationView, SettlementBody } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import type { Json } from '../../kit/canonical.ts';
import { Loaded, Trouble } from '../../parts/loaded.tsx';
import { useWrite } from '../../parts/write.ts';
import { runs } from '../../words/runs.ts';

const say = runs.settle;

/** Somebody found out what became of a doubtful call, and says so once and for all. */
export function Settle({ invocationId, done }: { invocationId: string; done: () => void }) {
  const path = `/v1/invocations/${encodeURIComponent(invocationId)}`;
  return (
    <section>
      <h2>{say.title}</h2>
      <Loaded read={() => read<InvocationView>(path)}>
        {(call) => (call.status === 'doubtful' ? <Form call={call} path={path} done={done} /> : <p role="status">{say.done}</p>)}
      </Loaded>
    </section>
  );
}

function Form({ call, path, done }: { call: InvocationView; path: string; done: () => void }) {
  const write = useWrite();
  const [happened, setHappened] = useState<boolean | null>(null);
  const [note, setNote] = useState('');
  const [output, setOutput] = useState('');
  const [isSending, setSending] = useState(false);
  const [isDone, setDone] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const submit = async (event: Event) => {
    event.preventDefault();
    setProblem(undefined);
    setSending(true);
    try {
      const body: SettlementBody = { happened: happened!, note: note.trim(), output: happened ? valueIn(output) : null };
      await write({ method: 'POST', path: `${path}/settle`, body });
      setDone(true);
      done();
    } catch (error) {
      setProblem(error);
    } finally {
      setSending(false);
    }
  };
  if (isDone) return <p role="status">{say.done}</p>;
  return (
    <form onSubmit={(event) => void submit(event)}>
      <p>{say.call(call.operation)}</p>
      <fieldset>
        <legend>{say.title}</legend>
        {[true, false].map((each) => (
          <label>
            <input type="radio" name="happened" checked={happened === each} onChange={() => setHappened(each)} />{' '}
            {each ? say.happened : say.didNot}
          </label>
        ))}
      </fieldset>
      <label>
        {say.note}
        <textarea maxLength={2000} rows={2} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
      {happened && (
        <label>
          {say.output}
          <textarea rows={2} spellcheck={false} value={output} onInput={(event) => setOutput(event.currentTarget.value)} />
        </label>
      )}
      <button disabled={happened === null || note.trim() === '' || isSending}>{say.send}</button>
      {problem !== undefined && <Trouble problem={problem} />}
    </form>
  );
}

function valueIn(text: string): Json {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new Error(say.badJson);
  }
}
