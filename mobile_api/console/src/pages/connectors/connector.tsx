import type { ComponentChildren } from 'preact';

import type { ConnectorView, OperationView } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import type { Json } from '../../kit/canonical.ts';
import { instantInWords } from '../../kit/time.ts';
import { Said, useChanged } from '../../parts/changed.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Pairs } from '../../parts/pairs.tsx';
import { Value } from '../../parts/value.tsx';
import { connectors as say } from '../../words/connectors.ts';
import { ConnectorActs, SayEffect, type ActsProperties } from './acts.tsx';
import { Differences } from './differences.tsx';

/** One connector: what it is, what differs from what was activated, and its operations. */
export function Connector({ id }: { id: string }) {
  const { turn, said, changed } = useChanged();
  const from = () => read<ConnectorView>(`/v1/connectors/${encodeURIComponent(id)}`);
  return (
    <Loaded read={from}>
      {(connector, again) => (
        <Shown
          connector={connector}
          said={<Said turn={turn} said={said} />}
          changed={(next, answer) => {
            changed(next);
            again(() => Promise.resolve(answer));
          }}
          again={() => again(from)}
        />
      )}
    </Loaded>
  );
}

function Shown({ connector, said, changed, again }: ActsProperties & { said: ComponentChildren }) {
  return (
    <article>
      <h1 tabIndex={-1}>{connector.name}</h1>
      <p class="facts">
        <span>{connector.kind}</span>
        <span>{connector.status}</span>
      </p>
      {said}
      <Definition connector={connector} />
      <Differences connector={connector} />
      <ConnectorActs key={connector.pin} connector={connector} changed={changed} again={again} />
      <h2>{say.operations}</h2>
      <ul class="rows">
        {connector.operations.map((each) => (
          <li key={each.name}>
            <Operation operation={each}>
              <SayEffect connector={connector} operation={each} changed={changed} />
            </Operation>
          </li>
        ))}
      </ul>
      <LeftOut connector={connector} />
    </article>
  );
}

function Definition({ connector }: { connector: ConnectorView }) {
  const { mail } = connector;
  return (
    <Pairs
      of={[
        [say.url, connector.url],
        [say.hosts, connector.hosts.join(', ')],
        [say.trust, connector.trust],
        [say.classification, connector.classification],
        [say.credential, connector.credential],
        [say.server, connector.server && `${connector.server.name} (${connector.server.protocol})`],
        [say.sender, mail && mail.from_address],
        [say.recipients, mail && mail.recipients.join(', ')],
        [say.written, say.by(connector.written_by, instantInWords(connector.written_at), connector.revision)],
        [
          say.activated,
          connector.activated_at && `${connector.activated_by}, ${instantInWords(connector.activated_at)}`,
        ],
        [say.pin, <code>{connector.pin}</code>],
        [
          say.activePin,
          connector.active_pin !== null && connector.active_pin !== connector.pin ? (
            <code>{connector.active_pin}</code>
          ) : null,
        ],
      ]}
    />
  );
}

function Operation({ operation, children }: { operation: OperationView; children: ComponentChildren }) {
  return (
    <details>
      <summary>
        <strong>{operation.name}</strong> <span class={`effect ${operation.counts_as}`}>{operation.counts_as}</span>{' '}
        {operation.summary}
      </summary>
      <Pairs
        of={[
          [say.call, operation.method && `${operation.method} ${operation.path}`],
          [say.declared, operation.effect],
          [say.idempotent, operation.idempotent ? say.yes : say.no],
          [say.undo, operation.undo && operation.undo.operation],
          [say.toolTitle, operation.tool && operation.tool.title],
          [say.toolSays, operation.tool && operation.tool.description],
        ]}
      />
      {children}
      <h3>{say.input}</h3>
      <Value value={operation.input_schema as Json} />
    </details>
  );
}

function LeftOut({ connector }: { connector: ConnectorView }) {
  const found = connector.server?.left_out ?? [];
  if (found.length === 0) return null;
  return (
    <section>
      <h2>{say.leftOut}</h2>
      <ul>
        {found.map((each) => (
          <li>
            <code>{each.tool}</code> {each.reason}
          </li>
        ))}
      </ul>
    </section>
  );
}
