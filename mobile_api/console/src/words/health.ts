/** What the pages of the platform say. */

export const health = {
  functions: 'Functions',
  none: 'No function has anything to report.',
  heads: ['Function', 'Newest event', 'Dead letters', 'Stuck'],
  about: 'Dead letters are events that a function could not handle; an operator reads and redelivers them.',
  late: { ok: 'Every function published in time what it committed.', late: 'Some functions are late.' },
  lateHeads: ['Function', 'Late events', 'Late since'],
  signUps: 'Sign-ups',
  tenants: 'Tenants',
  people: 'People and services',
  budget: 'Budget of the month',
} as const;
