import { useState } from 'preact/hooks';

import type { ChannelView, NewChannel } from '../../api/generated.ts';
import { instantInWords } from '../../kit/time.ts';
import { text } from '../../parts/field.tsx';
import { Act } from '../../parts/form.tsx';
import { Row } from '../../parts/row.tsx';
import { Secret } from '../../parts/secret.tsx';
import { notifications as say } from '../../words/notifications.ts';

const PATH = '/v1/notifications/channels';
const MEANS = ['mail', 'slack', 'webhook'] as const;

interface Properties {
  channels: readonly ChannelView[];
  changed: (said: string) => void;
}

/** One's own channels; a new webhook shows its secret once. */
export function Channels({ channels, changed }: Properties) {
  const [secret, setSecret] = useState<string | null>(null);
  const isAdded = ({ shown, means, secret }: NewChannel) => {
    setSecret(secret);
    changed(means === 'mail' ? say.mailed(shown) : say.added(shown));
  };
  return (
    <section>
      <h2>{say.channels}</h2>
      {secret !== null && <Secret about={say.once} secret={secret} />}
      <div class="acts">
        {MEANS.map((means) => (
          <Act<NewChannel>
            key={means}
            label={say.add[means]}
            send={say.addNow[means]}
            fields={[{ name: 'address', label: say.address[means], hint: say.addressHint[means], most: 2000 }]}
            request={(values) => ({ method: 'POST', path: PATH, body: { means, address: text(values, 'address') } })}
            done={isAdded}
          />
        ))}
      </div>
      {channels.length === 0 && <p>{say.noChannel}</p>}
      <ul class="rows">
        {channels.map((each) => (
          <li key={each.channel_id}>
            <Channel channel={each} changed={changed} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Channel({ channel, changed }: { channel: ChannelView; changed: (said: string) => void }) {
  const { shown, means, confirmed_at, ended_at, workspace_id } = channel;
  const path = `${PATH}/${encodeURIComponent(channel.channel_id)}`;
  return (
    <Row
      summary={shown}
      facts={[
        say.means[means],
        say.since(instantInWords(channel.created_at)),
        confirmed_at === null && say.unconfirmed,
        ended_at !== null && say.ended(instantInWords(ended_at)),
        workspace_id && say.inWorkspace(workspace_id),
      ]}
    >
      <div class="acts">
        {confirmed_at === null && ended_at === null && (
          <Act<ChannelView>
            label={say.confirm}
            of={shown}
            send={say.confirmNow}
            fields={[{ name: 'code', label: say.code, hint: say.codeHint, most: 8 }]}
            request={(values) => ({ method: 'POST', path: `${path}/confirm`, body: { code: text(values, 'code') } })}
            done={() => changed(say.confirmed(shown))}
          />
        )}
        <Act<null>
          label={say.remove}
          of={shown}
          send={say.removeNow}
          about={say.aboutRemove}
          request={() => ({ method: 'DELETE', path })}
          done={() => changed(say.removed(shown))}
        />
      </div>
    </Row>
  );
}
