/** What the pages of the platform say. */

export const health = {
  functions: 'Functions',
  none: 'No function has anything to report.',
  heads: ['Function', 'Newest event', 'Dead letters', 'Stuck'],
  about: 'Dead letters are events that a function could not handle; an operator reads and redelivers them.',
  letters: 'What the dead letters were about',
  noLetters: 'The audit log has no dead letter that waits. It has one within a minute.',
  letter: (what: string, name: string) => `“${what}” had no effect on ${name}`,
  unreadable: 'An event that could not be read',
  because: (reason: string) => `because: ${reason}`,
  late: { ok: 'Every function published in time what it committed.', late: 'Some functions are late.' },
  lateHeads: ['Function', 'Late events', 'Late since'],
  signUps: 'Sign-ups',
  tenants: 'Tenants',
  people: 'People and services',
  budget: 'Budget of the month',
} as const;
