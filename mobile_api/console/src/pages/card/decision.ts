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

/** So near to its deadline an approval is sent at once: it may be refused by the time it arrives. */
const NEAR_MS = 30_000;

/** Whether its person may take the decision back for a moment before it is sent. */
export function isHeld({ verb }: Choice, deadlineAt: string, now: number): boolean {
  return verb === 'approve' && Date.parse(deadlineAt) - now >= NEAR_MS;
}

/** The address of the call, without the approval's. */
export function callOf(choice: Choice): string {
  return CALLS[choice.verb];
}

/** What a decision is about: the content, and the card as its person saw it. `readMs` is how long
 * the card was in view, in milliseconds. */
export interface About {
  readonly tenant: string;
  readonly approvalId: string;
  readonly decisionHash: string;
  readonly seenVersion: number;
  readonly readMs: number;
}

/** What proves who decided: by a passkey, by the device's key, by both or by neither. */
export interface Proofs {
  readonly assertion?: Assertion | undefined;
  readonly signature?: string | undefined;
}

/** The body of the call, about exactly the content with that hash. */
export function bodyOf(choice: Choice, about: About, { assertion, signature }: Proofs = {}): Record<string, Json> {
  const said: Record<string, Json> =
    choice.verb === 'veto'
      ? { reason_category: choice.category, explanation: choice.words }
      : { note: choice.words, ...answered(choice) };
  return {
    decision_hash: about.decisionHash,
    client_decision_id: choice.id,
    seen_version: about.seenVersion,
    read_ms: about.readMs,
    ...said,
    ...attached(choice),
    ...(assertion && { assertion: { ...assertion } }),
    ...(signature && { signature }),
  };
}

/** What a passkey and the device's key sign (docs/contracts.md, Decisions with a passkey). */
export async function statementOf(choice: Choice, about: About): Promise<Record<string, Json>> {
  return {
    v: 1,
    tenant: about.tenant,
    approval_id: about.approvalId,
    decision: choice.verb,
    choices_hash: await contentHash(choicesOf(choice)),
    decision_hash: about.decisionHash,
    client_decision_id: choice.id,
    seen_version: about.seenVersion,
    read_ms: about.readMs,
  };
}

/** What a passkey signs of a statement: its SHA-256. */
export function challengeOf(statement: Record<string, Json>): Promise<Uint8Array<ArrayBuffer>> {
  return sha256(canonical(statement));
}

/** Whether the card's policy asks for a passkey; refusals never need one. */
export function needsPasskey({ verb }: Pick<Choice, 'verb'>, passkeyFor: 'nothing' | 'break_glass' | 'assent'): boolean {
  return verb === 'approve' && passkeyFor === 'assent';
}

function choicesOf(choice: Choice): Json {
  if (choice.verb === 'veto') {
    return { reason_category: choice.category, explanation: choice.words, attachments: choice.attachments ?? [] };
  }
  return { note: choice.words, until: null, to: null, grounds: null, ...answered(choice), ...attached(choice) };
}

function answered({ answer }: Choice): Record<string, Json> {
  return answer === undefined ? {} : { answer };
}

function attached({ attachments }: Choice): Record<string, Json> {
  return attachments?.length ? { attachments } : {};
}
