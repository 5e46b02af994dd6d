import { useState } from 'preact/hooks';

import type { PasskeyOptions, PasskeysView, PasskeyView } from '../api/generated.ts';
import { read, write } from '../api/call.ts';
import { knowsPasskeys, makePasskey, type JsonCreation } from '../device/passkey.ts';
import { instantInWords } from '../kit/time.ts';
import { Said, useChanged } from '../parts/changed.tsx';
import { Act } from '../parts/form.tsx';
import { Loaded, Trouble } from '../parts/loaded.tsx';
import { Row } from '../parts/row.tsx';
import { words } from '../words.ts';
import { decide } from '../words/card.ts';
import { passkeys as say } from '../words/you.ts';

/** One's own passkeys: added in this browser, and removed. */
export function Passkeys() {
  const { turn, said, changed } = useChanged();
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.passkeys}</h1>
      <p>{say.about}</p>
      <Said turn={turn} said={said} />
      <Loaded key={turn} read={() => read<PasskeysView>('/v1/passkeys')}>
        {({ items }) => (
          <>
            {items.length === 0 && <p>{say.none}</p>}
            <ul class="rows">
              {items.map((each) => (
                <li key={each.passkey_id}>
                  <Passkey passkey={each} changed={changed} />
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
      {knowsPasskeys ? <Add added={(name) => changed(say.isAdded(name))} /> : <p>{decide.noPasskey}</p>}
      <p>
        {say.within} <a href="/signin?return_to=%2Fconsole%2Fpasskeys">{say.signInAgain}</a>
      </p>
    </>
  );
}

function Passkey({ passkey, changed }: { passkey: PasskeyView; changed: (said: string) => void }) {
  return (
    <Row
      summary={passkey.name}
      facts={[
        say.added(instantInWords(passkey.added_at)),
        passkey.is_synced && say.synced,
        passkey.removed_at && say.removed(instantInWords(passkey.removed_at)),
      ]}
    >
      {passkey.removed_at === null && (
        <Act<PasskeyView>
          label={say.remove}
          of={passkey.name}
          send={say.removeNow}
          about={say.aboutRemove}
          request={() => ({ method: 'DELETE', path: `/v1/passkeys/${encodeURIComponent(passkey.passkey_id)}` })}
          done={() => changed(say.isRemoved(passkey.name))}
        />
      )}
    </Row>
  );
}

function Add({ added }: { added: (name: string) => void }) {
  const [name, setName] = useState('');
  const [isWorking, setWorking] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const submit = async (event: Event) => {
    event.preventDefault();
    setWorking(true);
    setProblem(undefined);
    try {
      await addPasskey(name.trim());
      setName('');
      added(name.trim());
    } catch (error) {
      setProblem(error);
    } finally {
      setWorking(false);
    }
  };
  return (
    <form class="form" onSubmit={(event) => void submit(event)}>
      <label>
        {say.name}
        <input
          required
          maxLength={200}
          autocomplete="off"
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <button disabled={isWorking}>{say.add}</button>
      {problem !== undefined && <Trouble problem={problem} />}
    </form>
  );
}

async function addPasskey(name: string): Promise<void> {
  const options = { method: 'POST', path: '/v1/passkeys/options' } as const;
  const { public_key } = await write<PasskeyOptions>(options, crypto.randomUUID());
  const made = await makePasskey(public_key as unknown as JsonCreation);
  await write<PasskeyView>({ method: 'POST', path: '/v1/passkeys', body: { name, ...made } }, crypto.randomUUID());
}
