/** What the pages of receipts say. */

import type { Part, Result } from '../kit/receipt.ts';

export const receipts = {
  ofRun: 'Receipts of a run',
  none: 'There is no receipt yet.',
  one: 'Receipt',
  outcome: {
    intended: 'about to be made',
    refused: 'refused',
    dispatched: 'sent',
    confirmed: 'confirmed',
    doubtful: 'in doubt',
    undone: 'undone',
  },
  attempt: (number: number) => `attempt ${number}`,
  says: 'What the signed statement says',
  unverified: 'What the platform says of it, which nothing here proves',
  verdict: {
    proved: 'This browser verified it: the log’s key signed this statement, and a signed checkpoint covers it.',
    signed: 'This browser verified the signature. No checkpoint covers the receipt yet.',
    broken: 'This is not what the log signed. Do not rely on it; tell your operator.',
    cannot: 'This browser cannot verify Ed25519 signatures. Use a newer browser, or assent-verify.',
  },
  due: (at: string) => `The next checkpoint is signed at ${at}. Come again then.`,
  checked: 'What was verified here',
  parts: {
    envelope: 'The log’s key signed the statement',
    statement: 'The statement is of this receipt, in this tenant',
    checkpoint: 'The log’s key signed the checkpoint',
    inclusion: 'The checkpoint covers this receipt, at its place',
  } satisfies Record<Part, string>,
  results: { holds: 'holds', broken: 'does not hold', cannot: 'not verifiable in this browser', unknown: 'not verified' } satisfies Record<Result, string>,
  covers: (number: number, size: number) => `It is entry ${number} of the ${size} that the checkpoint covers.`,
  keys: 'Signed by',
  notProved: 'What this does not prove',
  limits: [
    'That these are the log’s keys: they came with the receipt. Compare them with those that you keep elsewhere.',
    'That everybody is shown the same log: compare checkpoints over time, or with somebody else.',
    'That what was called tells the truth: a receipt says what it answered.',
  ],
  again: 'Verify again',
  envelope: 'The envelope and its proof, for assent-verify',
  run: 'Open the run',
  approval: 'Open the approval',
} as const;
