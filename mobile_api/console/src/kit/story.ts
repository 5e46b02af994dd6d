/** Causes: which event of the audit log led to which. */

import { spaced } from './text.ts';

/** An entry of the log, as far as it tells of an event. */
export interface Entry {
  readonly number: number;
  readonly event_id: string;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly body: string;
}

/** An event with its cause. `chain` is the first event of all that it belongs to, `names` are the
 * things that it tells of, its own subject among them. */
export interface Event {
  readonly id: string;
  readonly number: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly cause: string;
  readonly chain: string;
  readonly names: readonly string[];
}

/** `cause` is the event in the story that it follows from, null for a beginning and for one that is not shown.
 * `isDirect`: nothing lies between the two. */
export interface Link {
  readonly event: Event;
  readonly cause: Event | null;
  readonly isDirect: boolean;
}

const NOUNS: Readonly<Record<string, string>> = { apr: 'approval', run: 'run', agt: 'agent', cas: 'creation_case' };
const ID = /\b(apr|run|agt|cas)_[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g;
const PLAN = /plan_hash\\":\\"([0-9a-f]{64})/g;

/** The event in an entry; null for what is no event, such as a receipt. */
export function eventIn(entry: Entry): Event | null {
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(entry.body) as Record<string, unknown>;
  } catch {
    return null;
  }
  const { causationid, correlationid } = body;
  if (typeof causationid !== 'string' || typeof correlationid !== 'string') return null;
  const ids = [...entry.body.matchAll(ID)].map(([id, prefix]) => `${NOUNS[prefix!]}/${id}`);
  const plans = [...entry.body.matchAll(PLAN)].map(([, hash]) => `plan/${hash}`);
  const { number, at, actor, action, subject } = entry;
  const names = [...new Set([subject, ...ids, ...plans])];
  return { id: entry.event_id, number, at, actor, action, subject, cause: causationid, chain: correlationid, names };
}

/** The events of the chains that `about` belongs to, newest first, each with its cause. Where the log leaves out the
 * cause, it is the newest earlier event that tells of the same thing. */
export function storyOf(events: readonly Event[], about: string): readonly Link[] {
  const chains = new Set(events.filter((each) => each.subject === about).map((each) => each.chain));
  const once = new Map(events.filter((each) => chains.has(each.chain)).map((each) => [each.id, each]));
  const newest = [...once.values()].sort((one, other) => other.number - one.number);
  return newest.map((event) => {
    const direct = once.get(event.cause);
    if (direct !== undefined) return { event, cause: direct === event ? null : direct, isDirect: true };
    const before = newest.find((each) => each.number < event.number && each.names.includes(event.subject));
    return { event, cause: before ?? null, isDirect: false };
  });
}

/** What an event did, in words: of `assent.run.approval_needed.v1` it is `run approval needed`. */
export function actionInWords(action: string): string {
  const [, noun, verb] = action.split('.');
  return verb === undefined ? action : spaced(`${noun} ${verb}`);
}
