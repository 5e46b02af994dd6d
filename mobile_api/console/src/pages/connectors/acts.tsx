import type { ConnectorView, CredentialPage, OperationView } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { hasOne } from '../../me.ts';
import { text } from '../../parts/field.tsx';
import { Act } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Only } from '../../parts/only.tsx';
import { connectors as say } from '../../words/connectors.ts';
import { changeOf, EFFECTS, fieldsOf, valuesOf } from './definition.ts';

const ACTIVATES = ['governor', 'tenant_admin'];
/** Who registers and changes connectors, and stores credentials. */
export const WRITES = [...ACTIVATES, 'developer'];

export interface ActsProperties {
  connector: ConnectorView;
  changed: (said: string, answer: ConnectorView) => void;
  again: () => void;
}

/** What may be done with a connector by whoever looks at it; to others, who may. */
export function ConnectorActs({ connector, changed, again }: ActsProperties) {
  const path = `/v1/connectors/${encodeURIComponent(connector.name)}`;
  const isThere = connector.status !== 'removed';
  return (
    <Only roles={WRITES} may={say.acts}>
      <div class="acts">
        {isThere && hasOne(ACTIVATES) && <Activation connector={connector} path={path} changed={changed} />}
        {isThere && <Change connector={connector} path={path} changed={changed} />}
        {isThere && connector.kind === 'mcp' && (
          <Act<ConnectorView>
            label={say.refresh}
            send={say.refreshNow}
            about={say.aboutRefresh}
            request={() => ({ method: 'POST', path: `${path}/refresh` })}
            done={(answer) => changed(say.isRefreshed, answer)}
          />
        )}
        {isThere && hasOne(ACTIVATES) && (
          <Act<ConnectorView>
            label={say.remove}
            send={say.removeNow}
            about={say.aboutRemove}
            request={() => ({ method: 'DELETE', path })}
            done={(answer) => changed(say.isRemoved, answer)}
          />
        )}
        <button onClick={again}>{say.readAgain}</button>
      </div>
    </Only>
  );
}

type OfConnector = Omit<ActsProperties, 'again'> & { path: string };

/** Lets runs act by exactly what is shown, or ends that. */
function Activation({ connector, path, changed }: OfConnector) {
  if (connector.status !== 'active') {
    return (
      <Act<ConnectorView>
        label={say.activate}
        send={say.activateNow}
        about={say.aboutActivate(connector.pin)}
        request={() => ({ method: 'POST', path: `${path}/activate`, body: { pin: connector.pin } })}
        done={(answer) => changed(say.isActive, answer)}
      />
    );
  }
  return (
    <Act<ConnectorView>
      label={say.suspend}
      send={say.suspendNow}
      about={say.aboutSuspend}
      fields={[{ name: 'reason', label: say.reason, kind: 'words', most: 2000 }]}
      request={(values) => ({ method: 'POST', path: `${path}/suspend`, body: { reason: text(values, 'reason') } })}
      done={(answer) => changed(say.isSuspended, answer)}
    />
  );
}

function Change({ connector, path, changed }: OfConnector) {
  return (
    <Loaded read={readCredentials}>
      {({ items }) => (
        <Act<ConnectorView>
          label={say.change}
          send={say.changeNow}
          about={say.aboutChange}
          fields={fieldsOf(items, connector.kind)}
          start={valuesOf(connector)}
          request={(values) => ({ method: 'PATCH', path, body: changeOf(values, connector.kind) })}
          done={(answer) => changed(say.isChanged, answer)}
        />
      )}
    </Loaded>
  );
}

/** The credentials that a form offers. */
export function readCredentials(): Promise<CredentialPage> {
  return read<CredentialPage>('/v1/credentials?limit=100');
}

/** What an operation does, in the words of whoever registers it. */
export function SayEffect({ connector, operation, changed }: Omit<ActsProperties, 'again'> & { operation: OperationView }) {
  if (!hasOne(WRITES) || connector.status === 'removed') return null;
  return (
    <Act<ConnectorView>
      label={say.say}
      of={operation.name}
      send={say.sayNow}
      about={say.aboutSay}
      fields={[{ name: 'effect', label: say.effect, kind: 'one', options: EFFECTS.map((each) => [each, each]) }]}
      start={{ effect: operation.effect ?? '' }}
      request={(values) => ({
        method: 'PATCH',
        path: `/v1/connectors/${encodeURIComponent(connector.name)}`,
        body: { effects: { [operation.name]: text(values, 'effect') } },
      })}
      done={(answer) => changed(say.isSaid(operation.name), answer)}
    />
  );
}
