import { useState } from 'preact/hooks';

import type { ArtifactPage, ArtifactView } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { bytesInWords } from '../../kit/sizes.ts';
import { instantInWords } from '../../kit/time.ts';
import { Loaded, Trouble } from '../../parts/loaded.tsx';
import { upload } from '../../parts/upload.ts';
import { files as say } from '../../words/files.ts';

const MOST = 10;

interface Properties {
  chosen: readonly string[];
  choose: (chosen: readonly string[]) => void;
}

/** The files that a refusal cites: those of the tenant, and of this device. They are kept as long as the approval. */
export function Attach({ chosen, choose }: Properties) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{say.attach(chosen.length)}</summary>
      {isOpen && (
        <Loaded read={() => read<ArtifactPage>('/v1/artifacts?status=stored&limit=25')}>
          {({ items }) => <Choices files={items} chosen={chosen} choose={choose} />}
        </Loaded>
      )}
    </details>
  );
}

function Choices({ files, chosen, choose }: Properties & { files: readonly ArtifactView[] }) {
  const [added, setAdded] = useState<readonly ArtifactView[]>([]);
  const [state, setState] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const isFull = chosen.length >= MOST;
  const add = async (file: File) => {
    setProblem(undefined);
    setState(say.uploading(file.name));
    try {
      const made = await upload(file);
      setState(made.status === 'stored' ? say.uploaded(file.name) : say.notStored(file.name, made.reason ?? say.status[made.status]));
      if (made.status !== 'stored') return;
      setAdded([made, ...added]);
      choose([...chosen, made.artifact_id]);
    } catch (error) {
      setState('');
      setProblem(error);
    }
  };
  return (
    <fieldset>
      <legend>{say.which}</legend>
      <p>{say.kept}</p>
      {[...added, ...files].map(({ artifact_id: id, name, bytes, created_at }) => (
        <label>
          <input
            type="checkbox"
            checked={chosen.includes(id)}
            disabled={!chosen.includes(id) && isFull}
            onChange={(event) => choose(event.currentTarget.checked ? [...chosen, id] : chosen.filter((each) => each !== id))}
          />{' '}
          {name}, {bytesInWords(bytes)}, {instantInWords(created_at)}
        </label>
      ))}
      <label>
        {say.fromHere}
        <input
          type="file"
          disabled={isFull}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) void add(file);
          }}
        />
      </label>
      <p role="status">{state}</p>
      {problem !== undefined && <Trouble problem={problem} />}
    </fieldset>
  );
}
