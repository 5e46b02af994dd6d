import type { SsoView } from '../api/generated.ts';
import { Problem, read } from '../api/call.ts';
import { instantInWords } from '../kit/time.ts';
import { Said, useChanged } from '../parts/changed.tsx';
import { lines, some, text, type FieldEntry, type Values } from '../parts/field.tsx';
import { Act, Form } from '../parts/form.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { tenant } from '../session.ts';
import { words } from '../words.ts';
import { sso as say } from '../words/single-sign-on.ts';
import { ROLES_IN_TENANT } from './members/roles.ts';

/** The tenant's own issuer, in the three steps that it takes. */
export function SingleSignOn() {
  const { turn, said, changed } = useChanged();
  return (
    <>
      <h1 tabIndex={-1}>{words.pages['single-sign-on']}</h1>
      <p>{say.about}</p>
      <Said turn={turn} said={said} />
      <Loaded key={turn} read={readIssuer}>
        {(issuer) => (
          <>
            <h2>{say.step(1, say.steps[0])}</h2>
            <p>{say.register}</p>
            <p>
              <code>{issuer?.redirect_uri ?? `${location.origin}/v1/auth/callback/${tenant.value}`}</code>
            </p>
            <h2>{say.step(2, say.steps[1])}</h2>
            <Form<SsoView>
              fields={fieldsOf(issuer)}
              start={valuesOf(issuer)}
              send={say.set}
              request={(values) => ({ method: 'PUT', path: '/v1/sso', body: bodyOf(values) })}
              done={() => changed(say.isSet)}
            />
            {issuer && (
              <>
                <h2>{say.step(3, say.steps[2])}</h2>
                <Proof issuer={issuer} changed={changed} />
              </>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}

/** Null where the tenant has none. */
async function readIssuer(): Promise<SsoView | null> {
  try {
    return await read<SsoView>('/v1/sso');
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

function Proof({ issuer, changed }: { issuer: SsoView; changed: (said: string) => void }) {
  const { domain, verified_at: proven } = issuer;
  return (
    <>
      <Pairs
        of={[
          [say.state, proven ? say.proven(domain, instantInWords(proven)) : say.unproven(domain)],
          [say.changed, say.by(issuer.changed_by, instantInWords(issuer.changed_at))],
          [say.recordName, proven ? null : <code>{issuer.record_name}</code>],
          [say.recordValue, proven ? null : <code>{issuer.record_value}</code>],
        ]}
      />
      {proven === null && (
        <Act<SsoView>
          label={say.verify}
          send={say.verifyNow}
          about={say.record}
          request={() => ({ method: 'POST', path: '/v1/sso/verify' })}
          done={() => changed(say.isProven)}
        />
      )}
    </>
  );
}

function fieldsOf(issuer: SsoView | null): readonly FieldEntry[] {
  return [
    { name: 'issuer', label: say.issuer, hint: say.issuerHint, most: 500 },
    { name: 'client_id', label: say.clientId, most: 500 },
    {
      name: 'client_secret',
      label: say.clientSecret,
      kind: 'secret',
      most: 500,
      ...(issuer && { isOptional: true, hint: say.secretHint }),
    },
    { name: 'domain', label: say.domain, hint: say.domainHint, most: 253 },
    { name: 'joins', label: say.joins, kind: 'some', options: [['yes', say.joinsAll]] },
    { name: 'default_roles', label: say.roles, kind: 'some', options: ROLES_IN_TENANT },
    { name: 'groups', label: say.groups, kind: 'lines', isOptional: true, hint: say.groupsHint },
  ];
}

function valuesOf(issuer: SsoView | null): Values {
  if (issuer === null) return { joins: ['yes'], default_roles: ['end_user'] };
  return {
    issuer: issuer.issuer,
    client_id: issuer.client_id,
    domain: issuer.domain,
    joins: issuer.joins ? ['yes'] : [],
    default_roles: issuer.default_roles,
    groups: issuer.groups.map(({ group, roles }) => `${group}: ${roles.join(', ')}`).join('\n'),
  };
}

function bodyOf(values: Values): object {
  const secret = text(values, 'client_secret');
  return {
    issuer: text(values, 'issuer'),
    client_id: text(values, 'client_id'),
    ...(secret && { client_secret: secret }),
    domain: text(values, 'domain'),
    joins: some(values, 'joins').length > 0,
    default_roles: some(values, 'default_roles'),
    groups: lines(values, 'groups').map(groupIn),
  };
}

function groupIn(line: string): object {
  const at = line.lastIndexOf(':');
  if (at < 0) throw new Error(say.noGroup(line));
  const roles = line.slice(at + 1).split(',').map((each) => each.trim()).filter(Boolean);
  return { group: line.slice(0, at).trim(), roles };
}
