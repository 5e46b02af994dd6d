/** From what somebody chose to a decision on its way. */

import type { CardDetail } from '../../api/generated.ts';
import { Problem, serverNow } from '../../api/call.ts';
import { signDecision } from '../../device/key.ts';
import { owner } from '../../device/owner.ts';
import { signWithPasskey } from '../../device/passkey.ts';
import { dismiss, enqueue, queue, type Entry } from '../../device/queue.ts';
import { sendQueue } from '../../device/sending.ts';
import { tenant } from '../../session.ts';
import { bodyOf, callOf, challengeOf, isHeld, needsPasskey, statementOf, type About, type Choice } from './decision.ts';

/** Signs the decision, stores it, and sends it where there is a connection; an approval whose deadline is not near is held
 * first, so that its person may take it back. The card's version after it; null where it waits to be sent. Throws Problem where the platform refused
 * it. */
export async function decide(card: CardDetail, choice: Choice, readMs: number): Promise<number | null> {
  const about: About = {
    tenant: tenant.value!,
    approvalId: card.id,
    decisionHash: card.decision_hash,
    seenVersion: card.version,
    readMs,
  };
  const statement = await statementOf(choice, about);
  const isAsked = needsPasskey(choice, card.passkey_for);
  const assertion = isAsked ? await signWithPasskey(await challengeOf(statement)) : undefined;
  const signature = await signDecision(statement);
  const decision = {
    id: choice.id,
    approvalId: card.id,
    summary: card.summary,
    verb: choice.verb,
    madeAt: serverNow(),
    body: { approval_id: card.id, action: callOf(choice), ...bodyOf(choice, about, { assertion, signature }) },
  };
  const held = isHeld(choice, card.deadline_at, serverNow());
  await enqueue(owner.value!, about.tenant, decision, held);
  if (held) {
    void sendQueue();
    return null;
  }
  await sendQueue();
  const entry = queue.value.find((each) => each.decision.id === choice.id);
  // Another tab has shown its end.
  return entry === undefined ? card.version + 1 : endOf(entry);
}

async function endOf({ state, said, decision }: Entry): Promise<number | null> {
  if (state !== 'accepted' && state !== 'refused') return null;
  await dismiss(decision.id);
  if (said !== null && 'code' in said) throw new Problem(0, said.code, said.detail);
  return said?.version ?? null;
}
