import { useId, useState } from 'preact/hooks';

import type { ArtifactDetail, DocumentView } from '../../api/generated.ts';
import { read, write } from '../../api/call.ts';
import { text, type FieldEntry } from '../../parts/field.tsx';
import { Act } from '../../parts/form.tsx';
import { Trouble } from '../../parts/loaded.tsx';
import { upload } from '../../parts/upload.ts';
import { files } from '../../words/files.ts';
import { knowledge as say } from '../../words/knowledge.ts';

const ACCEPTED = '.pdf,.docx,.pptx,.xlsx,.md,.txt,.csv,.json,.html';
const SCAN_PAUSE_MS = 2_000;
const SCAN_LOOKS = 30;

interface Properties {
  /** Of the corpus. */
  path: string;
  did: (what: string) => void;
}

const FIELDS: readonly FieldEntry[] = [
  { name: 'name', label: say.documentName, hint: say.documentNameHint, most: 200 },
  { name: 'text', label: say.text, kind: 'words', most: 900_000 },
];

export function AddText({ path, did }: Properties) {
  return (
    <div class="acts">
      <Act<DocumentView>
        label={say.addText}
        send={say.addTextNow}
        about={say.aboutAddText}
        fields={FIELDS}
        request={(values) => ({
          method: 'POST',
          path: `${path}/documents`,
          body: { name: text(values, 'name'), text: values['text'] },
        })}
        done={({ name }) => did(say.isAdded(name))}
      />
    </div>
  );
}

/** Files of this device become documents, one after the other; the first that is refused ends it, and is named. */
export function AddFiles({ path, did }: Properties) {
  const [state, setState] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const hint = useId();
  const add = async (chosen: readonly File[]) => {
    const added: string[] = [];
    let failed = '';
    setBusy(true);
    setProblem(undefined);
    for (const file of chosen) {
      try {
        const { name } = await addFile(path, file, setState);
        added.push(name);
      } catch (error) {
        failed = say.notAdded(file.name);
        setProblem(error);
        break;
      }
    }
    setState(failed);
    setBusy(false);
    if (added.length > 0) did(added.length === 1 ? say.isAdded(added[0]!) : say.areAdded(added.length));
  };
  return (
    <div class="field">
      <label>
        {say.addFiles}
        <input
          type="file"
          multiple
          accept={ACCEPTED}
          disabled={isBusy}
          aria-describedby={hint}
          onChange={(event) => {
            const chosen = [...(event.currentTarget.files ?? [])];
            // So that the same file can be chosen again.
            event.currentTarget.value = '';
            void add(chosen);
          }}
        />
      </label>
      <small id={hint}>{say.filesHint}</small>
      <p role="status">{state}</p>
      {problem !== undefined && <Trouble problem={problem} />}
    </div>
  );
}

/** The document that is made of the file. Throws as `write` does, and Error for a file that is not kept. */
async function addFile(path: string, file: File, saying: (state: string) => void): Promise<DocumentView> {
  saying(say.uploading(file.name));
  const body = file.name.endsWith('.html')
    ? // Files of pages are not kept, as they may hold scripts; their text is.
      { name: file.name, text: await file.text(), media_type: 'text/html' }
    : { artifact_id: await stored(file, saying) };
  return write<DocumentView>({ method: 'POST', path: `${path}/documents`, body }, crypto.randomUUID());
}

async function stored(file: File, saying: (state: string) => void): Promise<string> {
  let made = await upload(file);
  for (let looks = 0; made.status === 'scanning' && looks < SCAN_LOOKS; looks++) {
    saying(say.scanned(file.name));
    await new Promise((resolve) => setTimeout(resolve, SCAN_PAUSE_MS));
    made = await read<ArtifactDetail>(`/v1/artifacts/${made.artifact_id}`);
  }
  if (made.status !== 'stored') throw new Error(made.reason ?? files.status[made.status]);
  return made.artifact_id;
}
