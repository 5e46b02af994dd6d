import type { ConnectorView, OperationView } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import type { Json } from '../../kit/canonical.ts';
import { instantInWords } from '../../kit/time.ts';
import { Said, useChanged } from '../../parts/changed.tsx';
import { text } from '../../parts/field.tsx';
import { Act } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Only } from '../../parts/only.tsx';
import { Pairs } from '../../parts/pairs.tsx';
import { Value } from '../../parts/value.tsx';
import { connectors as say } from '../../words/tenant.ts';
import { Differences } from './differences.tsx';

const ACTIVATES = ['governor', 'tenant_admin'];

/** One connector: what it is, what differs from what was activated, and its operations. */
export function Connector({ id }: { id: string }) {
  const { turn, said, changed } = useChanged();
  const from = () => read<ConnectorView>(`/v1/connectors/${encodeURIComponent(id)}`);
  return (
    <Loaded read={from}>
      {(connector, again) => (
        <article>
          <h1 tabIndex={-1}>{connector.name}</h1>
          <p class="facts">
            <span>{connector.kind}</span>
            <span>{connector.status}</span>
          </p>
          <Said turn={turn} said={said} />
          <Definition connector={connector} />
          <Differences connector={connector} />
          <ConnectorActs
            key={connector.pin}
            connector={connector}
            changed={(next, answer) => {
              changed(next);
              again(() => Promise.resolve(answer));
            }}
            again={() => again(from)}
          />
          <h2>{say.operations}</h2>
          <ul class="rows">
            {connector.operations.map((each) => (
              <li key={each.name}>
                <Operation operation={each} />
              </li>
            ))}
          </ul>
          <LeftOut connector={connector} />
        </article>
      )}
    </Loaded>
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

interface ActsProperties {
  connector: ConnectorView;
  changed: (said: string, answer: ConnectorView) => void;
  again: () => void;
}

function ConnectorActs({ connector, changed, again }: ActsProperties) {
  const path = `/v1/connectors/${encodeURIComponent(connector.name)}`;
  return (
    <Only roles={ACTIVATES} may={say.acts}>
      <div class="acts">
        {connector.status !== 'active' && connector.status !== 'removed' && (
          <Act<ConnectorView>
            label={say.activate}
            send={say.activateNow}
            about={say.aboutActivate(connector.pin)}
            request={() => ({ method: 'POST', path: `${path}/activate`, body: { pin: connector.pin } })}
            done={(answer) => changed(say.isActive, answer)}
          />
        )}
        {connector.status === 'active' && (
          <Act<ConnectorView>
            label={say.suspend}
            send={say.suspendNow}
            about={say.aboutSuspend}
            fields={[{ name: 'reason', label: say.reason, kind: 'words', most: 2000 }]}
            request={(values) => ({ method: 'POST', path: `${path}/suspend`, body: { reason: text(values, 'reason') } })}
            done={(answer) => changed(say.isSuspended, answer)}
          />
        )}
        {connector.kind === 'mcp' && connector.status !== 'removed' && (
          <Act<ConnectorView>
            label={say.refresh}
            send={say.refreshNow}
            about={say.aboutRefresh}
            request={() => ({ method: 'POST', path: `${path}/refresh` })}
            done={(answer) => changed(say.isRefreshed, answer)}
          />
        )}
        <button onClick={again}>{say.readAgain}</button>
      </div>
    </Only>
  );
}

function Operation({ operation }: { operation: OperationView }) {
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
