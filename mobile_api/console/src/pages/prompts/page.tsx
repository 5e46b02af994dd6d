import { useState } from 'preact/hooks';

import type { PromptDetail, PromptView } from '../../api/generated.ts';
import { instantInWords } from '../../kit/time.ts';
import { Pages } from '../../parts/pages.tsx';
import { Named } from '../../parts/named.tsx';
import { RowLink } from '../../parts/row.tsx';
import { addressOf, go } from '../../route.ts';
import { words } from '../../words.ts';
import { prompts as say } from '../../words/prompts.ts';
import { EMPTY } from './draft.ts';
import { Write } from './write.tsx';

/** The versions of all prompts, newest first, and a form for a prompt that is new. */
export function Prompts() {
  const [isWriting, setWriting] = useState(false);
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.prompts}</h1>
      <p>{say.about}</p>
      <button aria-expanded={isWriting} onClick={() => setWriting(!isWriting)}>
        {isWriting ? say.close : say.write}
      </button>
      {isWriting && <Write start={EMPTY} base={null} done={open} />}
      <Pages<PromptView> path="/v1/prompts" none={say.none}>
        {(prompt) => <Row prompt={prompt} />}
      </Pages>
    </>
  );
}

/** One version in a list. */
export function Row({ prompt }: { prompt: PromptView }) {
  return (
    <RowLink
      to={addressOf('prompts', `${prompt.name}@${prompt.version}`)}
      summary={say.named(prompt.name, prompt.version)}
      facts={[say.statuses[prompt.status], <Named id={prompt.written_by} />, instantInWords(prompt.written_at)]}
    />
  );
}

export function open(written: PromptDetail): void {
  go(addressOf('prompts', `${written.name}@${written.version}`));
}
