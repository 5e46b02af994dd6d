import type { CredentialView } from '../api/generated.ts';
import type { Write } from '../api/call.ts';
import { instantInWords } from '../kit/time.ts';
import { hasOne } from '../me.ts';
import { Said, useChanged } from '../parts/changed.tsx';
import { lines, text, type FieldEntry, type Values } from '../parts/field.tsx';
import { Act } from '../parts/form.tsx';
import { Only } from '../parts/only.tsx';
import { Pages } from '../parts/pages.tsx';
import { Row } from '../parts/row.tsx';
import { words } from '../words.ts';
import { credentials as say } from '../words/connectors.ts';
import { WRITES } from './connectors/acts.tsx';

const is = (...kinds: readonly string[]) => (values: Values) => kinds.includes(text(values, 'kind'));
const FIELDS: readonly FieldEntry[] = [
  { name: 'kind', label: say.kind, kind: 'one', options: say.kinds },
  { name: 'used_by', label: say.usedBy, kind: 'one', options: say.uses },
  { name: 'hosts', label: say.hosts, kind: 'lines', hint: say.hostsHint },
  { name: 'header', label: say.header, most: 100, when: is('header') },
  { name: 'user', label: say.user, most: 200, when: is('basic') },
  { name: 'user', label: say.client, most: 200, when: is('oauth2') },
  { name: 'token_url', label: say.tokenUrl, most: 500, when: is('oauth2') },
  { name: 'scope', label: say.scope, isOptional: true, most: 500, when: is('oauth2') },
  { name: 'audience', label: say.audience, isOptional: true, most: 500, when: is('oauth2') },
  ...Object.entries(say.secret).map(
    ([kind, label]): FieldEntry => ({
      name: 'secret',
      label,
      kind: 'secret',
      most: 8192,
      when: is(kind),
      ...(kind === 'webhook' && { hint: say.webhookHint }),
    }),
  ),
];
const MORE = ['header', 'user', 'token_url', 'scope', 'audience'] as const;

/** What calls are made with, by its name; nobody sees a value again. */
export function Credentials() {
  const { turn, said, changed } = useChanged();
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.credentials}</h1>
      <p>{say.about}</p>
      <Said turn={turn} said={said} />
      <Only roles={WRITES} may={say.acts}>
        <Act<CredentialView>
          label={say.set}
          send={say.setNow}
          about={say.aboutSet}
          fields={[{ name: 'name', label: say.name, hint: say.nameHint, most: 60 }, ...FIELDS]}
          start={{ kind: 'bearer', used_by: 'connectors' }}
          request={(values) => requestOf(text(values, 'name'), values)}
          done={(made) => changed(say.isSet(made.name))}
        />
      </Only>
      <Pages<CredentialView> key={turn} path="/v1/credentials" none={say.none}>
        {(each) => <Credential of={each} changed={changed} />}
      </Pages>
    </>
  );
}

/** No answer of this call is kept, and setting a credential again sets the same. */
function requestOf(name: string, values: Values): Write {
  const asked = FIELDS.filter((each) => each.when === undefined || each.when(values)).map((each) => each.name);
  const more = MORE.filter((each) => asked.includes(each) && text(values, each) !== '');
  return {
    method: 'PUT',
    path: `/v1/credentials/${encodeURIComponent(name)}`,
    body: {
      kind: text(values, 'kind'),
      used_by: text(values, 'used_by'),
      hosts: lines(values, 'hosts'),
      // As it was typed: a space may be part of it.
      secret: values['secret'],
      ...Object.fromEntries(more.map((each) => [each, text(values, each)])),
    },
  };
}

function Credential({ of: credential, changed }: { of: CredentialView; changed: (said: string) => void }) {
  const { name, kind, used_by, hosts, shown, status } = credential;
  const start: Values = {
    kind,
    used_by,
    hosts: hosts.join('\n'),
    ...Object.fromEntries(MORE.map((each) => [each, shown[each] ?? ''])),
  };
  return (
    <Row
      summary={name}
      facts={[
        status === 'removed' && say.removed,
        say.kinds.find(([each]) => each === kind)?.[1],
        used_by,
        say.hostsAre(hosts.join(', ')),
        ...MORE.map((each) => shown[each]),
        say.version(credential.version),
        say.setBy(credential.set_by, instantInWords(credential.set_at)),
      ]}
    >
      {status === 'set' && hasOne(WRITES) && (
        <div class="acts">
          <Act<CredentialView>
            label={say.replace}
            of={name}
            send={say.replaceNow}
            about={say.aboutSet}
            fields={FIELDS}
            start={start}
            request={(values) => requestOf(name, values)}
            done={() => changed(say.isSet(name))}
          />
          <Act<CredentialView>
            label={say.remove}
            of={name}
            send={say.removeNow}
            about={say.aboutRemove}
            request={() => ({ method: 'DELETE', path: `/v1/credentials/${encodeURIComponent(name)}` })}
            done={() => changed(say.isRemoved(name))}
          />
        </div>
      )}
    </Row>
  );
}
