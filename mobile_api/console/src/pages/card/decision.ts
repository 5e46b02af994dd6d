/** A decision as the API takes it, and what a passkey signs of it. */

import { canonical, contentHash, sha256, type Json } from '../../kit/canonical.ts';

export type Verb = 'approve' | 'request_changes' | 'veto';
export type Category = 'constitutional' | 'safety' | 'budget' | 'other';

/** What somebody chose; `id` makes it one decision, however often it is sent. */
export interface Choice {
  readonly verb: Verb;
  readonly id: string;
  readonly words: string;
  readonly category: Category | null;
  /** What is answered to a server's question, with an approval only. */
  readonly answer?: Readonly<Record<string, Json>>;
  /** The ids of files that show why, with a refusal only. */
  readonly attachments?: readonly string[];
}

export interface Assertion {
  readonly credential_id: string;
  readonly client_data_json: string;
  readonly authenticator_data: string;
  readonly signature: string;
}

const CALLS: Record<Verb, string> = {
  approve: 'approve',
  request_changes: 'request-changes',
  veto: 'veto',
};

/** The address of the call, without the approval's. */
export function callOf(choice: Choice): string {
  return CALLS[choice.verb];
}

/** The body of the call, about exactly the content with that hash. */
export function bodyOf(choice: Choice, decisionHash: string, assertion?: Assertion): Record<string, Json> {
  const said: Record<string, Json> =
    choice.verb === 'veto'
      ? { reason_category: choice.category, explanation: choice.words }
      : { note: choice.words, ...answered(choice) };
  const attached = choice.attachments?.length ? { attachments: choice.attachments } : {};
  const signed = assertion === undefined ? {} : { assertion: { ...assertion } };
  return { decision_hash: decisionHash, client_decision_id: choice.id, ...said, ...attached, ...signed };
}

/** What a passkey signs: the SHA-256 of the statement (docs/contracts.md, Decisions with a passkey). */
export async function challengeOf(
  choice: Choice,
  about: { readonly tenant: string; readonly approvalId: string; readonly decisionHash: string },
): Promise<Uint8Array<ArrayBuffer>> {
  const statement = {
    v: 1,
    tenant: about.tenant,
    approval_id: about.approvalId,
    decision: choice.verb,
    choices_hash: await contentHash(choicesOf(choice)),
    decision_hash: about.decisionHash,
    client_decision_id: choice.id,
  };
  return sha256(canonical(statement));
}

/** Whether the card's policy asks for a passkey; refusals never need one. */
export function needsPasskey(choice: Choice, passkeyFor: 'nothing' | 'break_glass' | 'assent'): boolean {
  return choice.verb === 'approve' && passkeyFor === 'assent';
}

function choicesOf(choice: Choice): Json {
  if (choice.verb === 'veto') {
    return { reason_category: choice.category, explanation: choice.words, attachments: choice.attachments ?? [] };
  }
  const attached = choice.attachments?.length ? { attachments: choice.attachments } : {};
  return { note: choice.words, until: null, to: null, grounds: null, ...answered(choice), ...attached };
}

function answered(choice: Choice): Record<string, Json> {
  return choice.answer === undefined ? {} : { answer: choice.answer };
}
