/** What the pages of patterns and of the report say. */

/** Counts with what they count, without those of nothing. */
function counted(...counts: readonly (readonly [count: number, what: string])[]): string {
  return counts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(', ');
}

export const patterns = {
  about:
    'What people approve, read out of their decisions. Nothing here approves anything: draft a precedent, and a governor reads and activates it.',
  mined: (when: string, decisions: number, refused: number) =>
    `Mined ${when}: ${decisions} decisions of people, ${refused} of them refusals.`,
  never: 'Nobody has mined yet.',
  mine: 'Mine the decisions',
  mineNow: 'Mine now',
  aboutMine: 'It reads the latest 2,000 requests, and takes some seconds.',
  isMined: (found: number) =>
    found === 0 ? 'The decisions show no pattern.' : `The decisions show ${found} ${found === 1 ? 'pattern' : 'patterns'}.`,
  none: 'No pattern was found. There must be enough decisions, and they must follow a rule that holds later too.',
  title: (kind: string) => `What people approve of the kind ${kind}`,
  name: (conditions: readonly string[], kind: string) => `${kind}: ${conditions.join('; ')}`,
  support: (approved: number, support: number) => `${approved} of ${support} approved`,
  bound: (share: string) => `at least ${share} likely`,
  lost: 'Newer decisions do not show it any more.',
  facts: {
    support: 'Decisions that it covers',
    bound: 'Share of approvals that the earlier ones leave likely',
    bounded: (share: string) => `at least ${share} (one-sided 95 % bound)`,
    holdout: 'Later decisions, which the search did not see',
    waited: 'Usual wait for a decision',
    risk: 'Up to the risk',
    time: 'From and until',
    span: (since: string, until: string) => `${since} – ${until}`,
    example: 'Latest example',
    found: 'Found',
    lost: 'Lost',
  },
  conditions: 'All of this must hold',
  keptOut: (count: number) => ` (keeps out ${count} that people refused)`,
  exceptions: 'Refused all the same',
  noExceptions: 'None: people approved all of it.',
  aboutExceptions: 'Read these before you draft: what it says would have approved them.',
  moreExceptions: (count: number) => `and ${count} earlier ones`,
  counter: 'Refused, and kept out by one condition',
  drafts: 'Draft a precedent',
  draftNow: 'Draft it',
  aboutDraft:
    'The draft approves nothing. Once a governor activates it, it is on probation for 30 days, and one match in five goes to a person who is not told of it.',
} as const;

export const report = {
  about: 'What waited for a decision, and why. Each figure is counted from the approvals of the time.',
  days: 'Time',
  last: (days: number) => `the last ${days} days`,
  whole: 'In all',
  requests: 'Requests',
  decided: 'Decided',
  split: (approved: number, refused: number, silent: number, waiting: number) =>
    `${approved} approved, ${refused} refused, ${silent} by silence, ${waiting} waiting`,
  waited: 'Waited',
  median: 'Half of them waited at most',
  escalated: 'Of that, after they were passed on',
  lost: 'Spent by runs that got no assent',
  rules: 'By rule, the longest waits first',
  rule: (rule: string, kind: string, risk: string) => `${rule}, ${kind}, ${risk}`,
  any: (places: string) => `any of ${places}`,
  all: (places: string) => `all of ${places}`,
  some: (count: number, places: string) => `${count} of ${places}`,
  governors: 'By who decided',
  aboutGovernors:
    'How long it waited for everybody until they decided, not how long they took. Governors and admins see all rows, others their own.',
  precedents: 'By precedent',
  proposed: (count: number) => `${count} ${count === 1 ? 'draft waits' : 'drafts wait'} for a governor.`,
  none: 'Nothing was requested in this time.',
  noPrecedents: 'No precedent was compared in this time.',
  heads: {
    rules: ['Rule', 'Requests', 'Refused', 'By silence', 'Waited', 'Median', 'Spent without assent'],
    governors: ['Who', 'Decided', 'Refused', 'Vetoes', 'Waited', 'Median'],
    precedents: ['Precedent', 'Compared', 'Approved', 'Vetoed', 'Audited', 'Disagreed', 'False positives', 'Saved'],
  },
  vetoes: 'Vetoes by category',
  times: (count: number) => `${count} times`,
  reasons: 'Why people refused',
  by: {
    meaning: 'Reasons of refusals and vetoes, by what they mean. Each group has the name of the reason in its middle.',
    wording: 'Reasons of refusals and vetoes, by their wording: the model that compares what they mean is not there.',
  },
  refusals: (count: number, rejected: number, returned: number, vetoed: number) =>
    `${count} ${count === 1 ? 'refusal' : 'refusals'}: ${counted([rejected, 'rejected'], [returned, 'asked for changes'], [vetoed, 'vetoed'])}`,
  moreReasons: (count: number) => `Show ${count} more`,
  left: (without: number, erased: number, rest: number) =>
    counted([without, 'gave no reason'], [erased, 'had a reason that was erased'], [rest, 'had other reasons']),
  computed: 'How the figures are computed',
} as const;
