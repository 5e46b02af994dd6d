import { useState } from 'preact/hooks';

import type { ChannelView, DeliveryView } from '../../api/generated.ts';
import { instantInWords } from '../../kit/time.ts';
import { Act } from '../../parts/form.tsx';
import { Pages } from '../../parts/pages.tsx';
import { Row } from '../../parts/row.tsx';
import { addressOf } from '../../route.ts';
import { notifications as say } from '../../words/notifications.ts';
import { pageOf } from './subject.ts';

const PATH = '/v1/notifications/deliveries';
const ON_ITS_WAY: readonly DeliveryView['status'][] = ['waiting', 'sending'];

interface Properties {
  channels: readonly ChannelView[];
  turn: number;
  changed: (said: string) => void;
}

/** What was sent to oneself, the newest first, with each try. */
export function Deliveries({ channels, turn, changed }: Properties) {
  const [asked, setAsked] = useState(0);
  return (
    <section>
      <h2>{say.deliveries}</h2>
      <button onClick={() => setAsked(asked + 1)}>{say.readAgain}</button>
      <Pages<DeliveryView> key={`${turn} ${asked}`} path={PATH} none={say.noDelivery}>
        {(delivery) => <Delivery delivery={delivery} channels={channels} changed={changed} />}
      </Pages>
    </section>
  );
}

interface DeliveryProperties {
  delivery: DeliveryView;
  channels: readonly ChannelView[];
  changed: (said: string) => void;
}

function Delivery({ delivery, channels, changed }: DeliveryProperties) {
  const { kind, status, attempts, due_at, acknowledged_at } = delivery;
  const page = pageOf(delivery.subject);
  return (
    <Row
      summary={say.kinds[kind]}
      facts={[
        say.status[status],
        placeOf(delivery, channels),
        instantInWords(delivery.created_at),
        status === 'waiting' && due_at !== null && say.due(instantInWords(due_at)),
        acknowledged_at !== null && say.acknowledged(instantInWords(acknowledged_at)),
        page !== null && (
          <a href={addressOf(...page)}>
            {say.open}
            <span class="unseen"> {delivery.subject}</span>
          </a>
        ),
      ]}
    >
      {attempts.length > 0 && (
        <details>
          <summary>{say.tries(attempts.length)}</summary>
          <ol>
            {attempts.map((each) => (
              <li>
                {instantInWords(each.at)}: {say.outcome[each.outcome]} {each.detail && `(${each.detail})`}
              </li>
            ))}
          </ol>
        </details>
      )}
      {!ON_ITS_WAY.includes(status) && (
        <Act<DeliveryView>
          label={say.resend}
          of={say.kinds[kind]}
          send={say.resendNow}
          about={say.aboutResend}
          request={() => ({ method: 'POST', path: `${PATH}/${encodeURIComponent(delivery.delivery_id)}/resend` })}
          done={() => changed(say.resent)}
        />
      )}
    </Row>
  );
}

function placeOf({ means, channel_id }: DeliveryView, channels: readonly ChannelView[]): string {
  if (means === 'push') return say.toDevice;
  const channel = channels.find((each) => each.channel_id === channel_id);
  return channel === undefined ? say.toGone(say.means[means]) : say.to(say.means[means], channel.shown);
}
