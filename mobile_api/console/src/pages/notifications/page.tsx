import type { ChannelList } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { Said, useChanged } from '../../parts/changed.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { addressOf } from '../../route.ts';
import { words } from '../../words.ts';
import { notifications as say } from '../../words/notifications.ts';
import { Channels } from './channels.tsx';
import { Deliveries } from './deliveries.tsx';
import { Wishes } from './wishes.tsx';

/** What one is told oneself, where, and what was sent. */
export function Notifications() {
  const { turn, said, changed } = useChanged();
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.notifications}</h1>
      <p>{say.about}</p>
      <p>
        {say.here} <a href={addressOf('device')}>{words.pages.device}</a>.
      </p>
      <Said turn={turn} said={said} />
      <Wishes changed={changed} />
      <Loaded read={readChannels}>
        {({ items }, again) => (
          <>
            <Channels
              channels={items}
              changed={(done) => {
                changed(done);
                again(readChannels);
              }}
            />
            <Deliveries channels={items} turn={turn} changed={changed} />
          </>
        )}
      </Loaded>
    </>
  );
}

function readChannels(): Promise<ChannelList> {
  return read('/v1/notifications/channels');
}
