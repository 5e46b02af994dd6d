/** Which deliveries of the audit log's records are dead letters that nobody redelivered yet. */

interface Entry {
  readonly number: number;
  readonly at: string;
  readonly action: string;
  readonly body: string;
}

export interface DeadLetter {
  readonly id: string;
  readonly at: string;
  /** Who could not handle it. */
  readonly function: string;
  /** The event that was delivered: its type, and what it is about, as `run/run_…`. Empty where they could not be read. */
  readonly type: string;
  readonly subject: string;
  readonly reason: string;
}

export const BURIED = 'assent.delivery.buried.v1';
export const RECOVERED = 'assent.delivery.recovered.v1';

/** The dead letters that wait, newest first, out of the records of both kinds in any order. */
export function waitingIn(entries: readonly Entry[]): readonly DeadLetter[] {
  const told = entries.map((entry) => ({ entry, data: dataOf(entry.body) }));
  const recovered = new Set(told.filter(({ entry }) => entry.action === RECOVERED).map(({ data }) => data['delivery_id']));
  return told
    .filter(({ entry, data }) => entry.action === BURIED && !recovered.has(data['delivery_id']))
    .sort((one, other) => other.entry.number - one.entry.number)
    .map(({ entry, data }) => ({
      id: data['delivery_id'] ?? '',
      at: entry.at,
      function: data['function'] ?? '',
      type: data['delivered_type'] ?? '',
      subject: data['delivered_subject'] ?? '',
      reason: data['reason'] ?? '',
    }));
}

function dataOf(body: string): Readonly<Record<string, string>> {
  const { data } = JSON.parse(body) as { data: string };
  return JSON.parse(data) as Record<string, string>;
}
