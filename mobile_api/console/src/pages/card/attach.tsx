import { useState } from 'preact/hooks';

import type { ArtifactPage, ArtifactView } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { bytesInWords } from '../../kit/sizes.ts';
import { instantInWords } from '../../kit/time.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { words } from '../../words.ts';

const say = words.files;
const MOST = 10;

interface Properties {
  chosen: readonly string[];
  choose: (chosen: readonly string[]) => void;
}

/** The files of the tenant, of which a refusal may cite some: they are kept as long as the approval. */
export function Attach({ chosen, choose }: Properties) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{say.attach(chosen.length)}</summary>
      <p>{say.kept}</p>
      {isOpen && <Loaded read={() => read<ArtifactPage>('/v1/artifacts?status=stored&limit=25')}>
        {({ items }) => (items.length === 0 ? <p>{say.none}</p> : <Choices files={items} chosen={chosen} choose={choose} />)}
      </Loaded>}
    </details>
  );
}

function Choices({ files, chosen, choose }: Properties & { files: readonly ArtifactView[] }) {
  return (
    <fieldset>
      <legend>{say.which}</legend>
      {files.map(({ artifact_id: id, name, bytes, created_at }) => (
        <label>
          <input
            type="checkbox"
            checked={chosen.includes(id)}
            disabled={!chosen.includes(id) && chosen.length === MOST}
            onChange={(event) => choose(event.currentTarget.checked ? [...chosen, id] : chosen.filter((each) => each !== id))}
          />{' '}
          {name}, {bytesInWords(bytes)}, {instantInWords(created_at)}
        </label>
      ))}
    </fieldset>
  );
}
