/** An approval policy while it is written, and the body that proposes it. */

import type { PolicyRecord } from '../../api/generated.ts';
import { microsOf } from '../../kit/money.ts';
import { lines, some, text, type Values } from '../../parts/field.tsx';
import { budgets } from '../../words/tenant.ts';

type Entry = PolicyRecord['entries'][number];
type Place = Entry['rule']['of'][number];

const ROLE = 'role:';

/** What the fields of a rule hold. */
export function valuesOf(entry: Entry): Values {
  const minutes = (seconds: number | null) => (seconds === null ? '' : String(seconds / 60));
  return {
    kind: entry.kind,
    min_risk: entry.min_risk,
    min_amount_usd_micros: String(entry.min_amount_usd_micros / 1e6),
    'rule.kind': entry.rule.kind,
    'rule.m': entry.rule.m === null ? '' : String(entry.rule.m),
    'rule.of': entry.rule.of.map(placeInWords).join('\n'),
    deadline_seconds: minutes(entry.deadline_seconds),
    shortest_deadline_seconds: minutes(entry.shortest_deadline_seconds),
    silence_approves: entry.silence_approves.join('\n'),
  };
}

/** A rule that is added. */
export const ADDED: Values = { min_risk: 'high', min_amount_usd_micros: '0', 'rule.kind': 'any', 'rule.of': 'role:governor' };

/** What the fields beside the rules hold. */
export function othersOf(policy: PolicyRecord): Values {
  const { passkey } = policy;
  return {
    'passkey.from_risk': passkey.from_risk ?? '',
    passkey: [...(passkey.irreversible ? ['irreversible'] : []), ...(passkey.break_glass ? ['break_glass'] : [])],
    words_per_minute: policy.words_per_minute === null ? '' : String(policy.words_per_minute),
    veto_waits_for_device: policy.veto_waits_for_device ? ['yes'] : [],
    reason: '',
  };
}

/** The body that proposes a policy. Throws where an amount is none. */
export function bodyOf(entries: readonly Values[], others: Values): object {
  const signed = some(others, 'passkey');
  return {
    entries: entries.map(entryIn),
    passkey: {
      from_risk: text(others, 'passkey.from_risk') || null,
      irreversible: signed.includes('irreversible'),
      break_glass: signed.includes('break_glass'),
    },
    words_per_minute: numberIn(others, 'words_per_minute'),
    veto_waits_for_device: some(others, 'veto_waits_for_device').length > 0,
    reason: text(others, 'reason'),
  };
}

/** Who may fill a place of a rule, as a line of the form. */
function placeInWords({ role, principal }: Place): string {
  return role === null ? (principal ?? '') : `${ROLE}${role}`;
}

function entryIn(values: Values): object {
  const isFinancial = text(values, 'kind') === 'financial';
  const amount = isFinancial ? microsOf(text(values, 'min_amount_usd_micros') || '0') : 0;
  if (amount === null) throw new Error(budgets.noAmount);
  const count = text(values, 'rule.kind') === 'm_of_n' ? numberIn(values, 'rule.m') : null;
  return {
    kind: text(values, 'kind'),
    min_risk: text(values, 'min_risk'),
    min_amount_usd_micros: amount,
    rule: { kind: text(values, 'rule.kind'), m: count, of: lines(values, 'rule.of').map(placeIn) },
    deadline_seconds: secondsIn(values, 'deadline_seconds'),
    shortest_deadline_seconds: secondsIn(values, 'shortest_deadline_seconds'),
    silence_approves: lines(values, 'silence_approves'),
  };
}

function placeIn(line: string): object {
  return line.startsWith(ROLE) ? { role: line.slice(ROLE.length).trim() } : { principal: line };
}

function numberIn(values: Values, name: string): number | null {
  const typed = text(values, name);
  return typed === '' ? null : Number(typed);
}

function secondsIn(values: Values, name: string): number | null {
  const minutes = numberIn(values, name);
  return minutes === null ? null : Math.round(minutes * 60);
}
