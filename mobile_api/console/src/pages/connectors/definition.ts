/** A connector's definition as a form asks for it, and the bodies that register and change it. */

import type { ConnectorView, CredentialView, OperationView } from '../../api/generated.ts';
import { lines, text, type FieldEntry, type Values } from '../../parts/field.tsx';
import { connectorForm as say } from '../../words/connectors.ts';

export const EFFECTS = ['read', 'draft', 'change', 'send', 'publish', 'deploy', 'delete', 'grant', 'decide', 'pay'];
const CLASSIFICATIONS = ['public', 'internal', 'confidential', 'restricted'];

/** What a connector of that kind has; of one that is new the kind is asked. */
export function fieldsOf(credentials: readonly CredentialView[], kind?: string): readonly FieldEntry[] {
  const is = (...kinds: readonly string[]) => (values: Values) => kinds.includes(kind ?? text(values, 'kind'));
  const stored = credentials.filter((each) => each.status === 'set' && each.used_by === 'connectors');
  const all: readonly FieldEntry[] = [
    { name: 'name', label: say.name, hint: say.nameHint, most: 60, when: () => kind === undefined },
    { name: 'kind', label: say.kind, kind: 'one', options: say.kinds, when: () => kind === undefined },
    { name: 'url', label: say.url, hint: say.urlHint, most: 500, when: () => kind !== 'mcp' },
    { name: 'hosts', label: say.hosts, kind: 'lines', isOptional: true, hint: say.hostsHint, when: is('http', 'mcp') },
    {
      name: 'credential',
      label: say.credential,
      kind: 'one',
      isOptional: true,
      options: stored.map((each) => [each.name, say.stored(each.name, each.hosts.join(', '))]),
      hint: say.credentialHint,
    },
    { name: 'trust', label: say.trust, kind: 'one', options: say.trusts },
    {
      name: 'classification',
      label: say.classification,
      kind: 'one',
      isOptional: true,
      options: CLASSIFICATIONS.map((each) => [each, each]),
    },
    { name: 'operations', label: say.operations, kind: 'code', hint: say.operationsHint, when: is('http') },
    { name: 'mail.from_address', label: say.from, most: 254, when: is('smtp') },
    { name: 'mail.from_name', label: say.fromName, isOptional: true, most: 100, when: is('smtp') },
    { name: 'mail.recipients', label: say.recipients, kind: 'lines', hint: say.recipientsHint, when: is('smtp') },
    { name: 'mail.most_recipients', label: say.most, kind: 'number', isOptional: true, when: is('smtp') },
  ];
  return all.filter((each) => kind === undefined || each.when === undefined || each.when({}));
}

/** What the form for another connector holds at first. */
export const NEW: Values = { kind: 'http', trust: 'untrusted', operations: say.operationsTemplate };

/** What the form holds of a connector that is changed. */
export function valuesOf(connector: ConnectorView): Values {
  const { mail } = connector;
  return {
    url: connector.url,
    hosts: connector.hosts.join('\n'),
    credential: connector.credential ?? '',
    trust: connector.trust,
    classification: connector.classification ?? '',
    operations: JSON.stringify(connector.operations.map(writtenOf), null, 2),
    'mail.from_address': mail?.from_address ?? '',
    'mail.from_name': mail?.from_name ?? '',
    'mail.recipients': mail?.recipients.join('\n') ?? '',
    'mail.most_recipients': mail ? String(mail.most_recipients) : '',
  };
}

/** The body that registers a connector. Throws where its operations are no JSON. */
export function bodyOf(values: Values): object {
  const kind = text(values, 'kind');
  const hosts = lines(values, 'hosts');
  return {
    name: text(values, 'name'),
    kind,
    ...(kind !== 'smtp' && hosts.length > 0 && { hosts }),
    ...definedIn(values, kind),
  };
}

/** The body that changes a connector of that kind. Throws where its operations are no JSON. */
export function changeOf(values: Values, kind: string): object {
  const { url, ...more } = definedIn(values, kind);
  return { ...(kind !== 'mcp' && { url }), ...(kind !== 'smtp' && { hosts: lines(values, 'hosts') }), ...more };
}

function definedIn(values: Values, kind: string): Record<string, unknown> {
  return {
    url: text(values, 'url'),
    credential: text(values, 'credential') || null,
    trust: text(values, 'trust'),
    classification: text(values, 'classification') || null,
    ...(kind === 'http' && { operations: operationsIn(text(values, 'operations')) }),
    ...(kind === 'smtp' && { mail: mailIn(values) }),
  };
}

function mailIn(values: Values): object {
  const most = text(values, 'mail.most_recipients');
  return {
    from_address: text(values, 'mail.from_address'),
    from_name: text(values, 'mail.from_name') || null,
    recipients: lines(values, 'mail.recipients'),
    ...(most && { most_recipients: Number(most) }),
  };
}

function operationsIn(typed: string): unknown {
  try {
    return JSON.parse(typed);
  } catch (error) {
    throw new Error(say.noJson((error as Error).message));
  }
}

/** An operation as it is registered, without what follows from it. */
function writtenOf({ counts_as: _, tool: __, ...operation }: OperationView): object {
  const all = Object.entries(operation);
  return Object.fromEntries(all.filter(([, value]) => value !== null && value !== ''));
}
