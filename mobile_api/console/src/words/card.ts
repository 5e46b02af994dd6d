/** What the page of an approval says. */

export const card = {
  asks: (who: string, subject: string) => `${who} asks about ${subject}.`,
  changed: 'What has changed since the last assent',
  changedUnknown: 'What was assented to last was erased: nothing to compare with.',
  was: 'was',
  is: 'is',
  nothing: 'nothing',
  moreChanges: (count: number) => `${count} more changes are in the content.`,
  content: 'All of what is asked',
  evidence: 'Evidence',
  risks: 'Why this risk',
  undo: 'How it is undone',
  kept: (effect: string) => `Nothing undoes this: its effect is “${effect}”.`,
  cost: (amount: string) => `It may cost ${amount}.`,
  authors: 'Text in it is by',
  precedents: 'Closest precedents',
  satisfied: 'fits',
  unsatisfied: 'does not fit',
  history: 'History',
  decidedBy: (who: string) => `Decided by ${who}.`,
  receipt: 'Verify the receipt',
  run: 'Open the run',
  why: 'Why this happened',
  earlier: 'Show earlier entries',
  operations: 'What it would do',
  nothingUndoes: 'nothing undoes it',
  changesNothing: 'changes nothing',
  undoneBy: (operation: string) => `undone by ${operation}, as long as the run is kept`,
  assents: 'Assents',
  assented: (who: string, capacity: string, when: string) => `${who} assented as ${capacity} (${when})`,
  missing: (whose: string) => `missing: ${whose}`,
  hashFits: 'This browser computed the hash of what you see: it is what your decision names.',
  hashOther:
    'What this page shows is not what a decision would name. Deciding is disabled; tell your operator.',
  erased: 'Parts of this were erased, so nobody can decide about it.',
  first: {
    title: 'Read these first',
    why: (count: number) =>
      `Of ${count} sentences a model finds these nearest to what the constitution forbids. It knows what a sentence is about, not what it means: these may be harmless, and others may not. Nothing is decided by them.`,
    near: (rule: string, says: string) => `near to “${rule}”: ${says}`,
    notEnglish: (count: number) =>
      count === 1
        ? 'One sentence is in words that the model does not know: read it yourself.'
        : `${count} sentences are in words that the model does not know: read them yourself.`,
    tooLong: 'This has too many sentences to say which to read first: read all of it.',
  },
} as const;

export const decide = {
  title: 'Your decision',
  needsAnswer: 'Whoever approves this answers its question, which has a field that this page does not know: approve it by the API, or refuse it here.',
  approve: 'Approve',
  request_changes: 'Request changes',
  veto: 'Veto',
  note: 'Note',
  noteNeeded: 'What has to change',
  why: 'Why',
  category: 'Because of',
  categories: {
    constitutional: 'the constitution',
    safety: 'safety',
    budget: 'the budget',
    other: 'something else',
  },
  pause: (seconds: number) => `You can approve it in ${seconds} s: read it once more.`,
  typeName: (name: string) => `Nothing undoes this. Type ${name} to approve it.`,
  send: { approve: 'Approve now', request_changes: 'Send request', veto: 'Veto now' },
  passkey: 'Your passkey signs this decision.',
  noPasskey: 'This browser cannot use passkeys here: it needs https, or localhost.',
  done: {
    approve: 'You approved it.',
    request_changes: 'You requested changes.',
    veto: 'You vetoed it.',
  },
} as const;

export const answer = {
  title: 'The server’s question',
  stranger: 'These are the words of a server, which nobody has checked. Your answer goes to it. Never give it a password, a token or a key.',
  nothing: 'It asks for no field: approving answers it.',
  yesno: [
    { value: 'yes', label: 'Yes' },
    { value: 'no', label: 'No' },
  ],
  optional: (label: string) => `${label} (may be left empty)`,
} as const;
