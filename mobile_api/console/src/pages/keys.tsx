import { useState } from 'preact/hooks';

import type { KeyView, NewKey } from '../api/generated.ts';
import { serverNow, type Write } from '../api/call.ts';
import { spaced } from '../kit/text.ts';
import { instantInWords } from '../kit/time.ts';
import { hasOne, me } from '../me.ts';
import { Said, useChanged } from '../parts/changed.tsx';
import { some, text, type FieldEntry, type Values } from '../parts/field.tsx';
import { Act } from '../parts/form.tsx';
import { Pages } from '../parts/pages.tsx';
import { Row } from '../parts/row.tsx';
import { Secret } from '../parts/secret.tsx';
import { words } from '../words.ts';
import { keys as say } from '../words/tenant.ts';

const SERVICE_ROLES = ['service_runtime', 'operator', 'developer', 'analyst', 'end_user'];
// Keys have none of these: they need a role.
const NEVER = ['audit:read', 'audit:write'];
const MONTH_MS = 30 * 86_400_000;

/** The keys of programs; a new or rotated one shows its secret once. */
export function Keys() {
  const { turn, said, changed } = useChanged();
  const [secret, setSecret] = useState<string>();
  const show = (key: NewKey, message: string) => {
    setSecret(key.secret);
    changed(message);
  };
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.keys}</h1>
      <Said turn={turn} said={said} />
      {secret && <Secret about={say.once} secret={secret} />}
      <Act<NewKey>
        label={say.make}
        send={say.makeNow}
        about={say.about}
        fields={fields()}
        start={{ ends: new Date(serverNow() + MONTH_MS).toISOString().slice(0, 10) }}
        request={requestOf}
        done={(key) => show(key, say.isMade(key.name))}
      />
      <Pages<KeyView> key={turn} path="/v1/api-keys" none={say.none}>
        {(key) => <Key of={key} show={show} changed={changed} />}
      </Pages>
    </>
  );
}

function fields(): readonly FieldEntry[] {
  const scopes = (me.value?.scopes ?? []).filter((each) => !NEVER.includes(each));
  const always: FieldEntry[] = [
    { name: 'name', label: say.name, most: 100 },
    { name: 'scopes', label: say.scopes, kind: 'some', options: scopes.map((each) => [each, each]) },
    { name: 'ends', label: say.ends, kind: 'day', hint: say.endsHint },
    { name: 'limit', label: say.limit, kind: 'number', isOptional: true, hint: say.limitHint },
  ];
  if (!hasOne(['tenant_admin'])) return always;
  return [
    ...always,
    {
      name: 'roles',
      label: say.roles,
      kind: 'some',
      options: SERVICE_ROLES.map((each) => [each, spaced(each)]),
      hint: say.rolesHint,
    },
    { name: 'agent', label: say.agent, isOptional: true, hint: say.agentHint },
  ];
}

function requestOf(values: Values): Write {
  const limit = text(values, 'limit');
  const roles = some(values, 'roles');
  const agent = text(values, 'agent');
  return {
    method: 'POST',
    path: '/v1/api-keys',
    body: {
      name: text(values, 'name'),
      scopes: some(values, 'scopes'),
      expires_at: `${text(values, 'ends')}T00:00:00.000Z`,
      ...(limit && { requests_per_minute: Number(limit) }),
      ...(roles.length > 0 && { roles }),
      ...(agent && { agent_id: agent }),
    },
    isOnce: true,
  };
}

interface Properties {
  of: KeyView;
  show: (key: NewKey, said: string) => void;
  changed: (said: string) => void;
}

function Key({ of: key, show, changed }: Properties) {
  const path = `/v1/api-keys/${encodeURIComponent(key.key_id)}`;
  const isOver = key.revoked_at !== null || Date.parse(key.expires_at) <= serverNow();
  return (
    <Row
      summary={key.name}
      facts={[
        key.revoked_at
          ? say.revokedBy(key.revoked_by!, instantInWords(key.revoked_at))
          : isOver
            ? say.ended
            : say.until(instantInWords(key.expires_at)),
        say.actsAs(key.principal_id),
        key.agent_id && say.forAgent(key.agent_id),
        key.scopes.join(' '),
        key.requests_per_minute && say.aMinute(key.requests_per_minute),
        <code>{key.key_id}</code>,
      ]}
    >
      {!isOver && (
        <div class="acts">
          <Act<NewKey>
            label={say.rotate}
            of={key.name}
            send={say.rotateNow}
            about={say.aboutRotate}
            request={() => ({ method: 'POST', path: `${path}/rotate`, isOnce: true })}
            done={(rotated) => show(rotated, say.isRotated(key.name))}
          />
          <Act<KeyView>
            label={say.revoke}
            of={key.name}
            send={say.revokeNow}
            about={say.aboutRevoke}
            request={() => ({ method: 'DELETE', path })}
            done={() => changed(say.isRevoked(key.name))}
          />
        </div>
      )}
    </Row>
  );
}
