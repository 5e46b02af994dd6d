import { useState } from 'preact/hooks';

import type { CardDetail } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { contentHash, type Json } from '../../kit/canonical.ts';
import { followed } from '../../kit/followed.ts';
import { dollars } from '../../kit/money.ts';
import { called } from '../../names.ts';
import { Ids } from '../../parts/ids.tsx';
import { Left } from '../../parts/left.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Value } from '../../parts/value.tsx';
import { addressOf } from '../../route.ts';
import { words } from '../../words.ts';
import { card as say, decide } from '../../words/card.ts';
import { Changes } from './changes.tsx';
import { Decide } from './decide.tsx';
import type { Verb } from './decision.ts';
import { readEvidence } from './evidence.ts';
import { Files } from './files.tsx';
import { First } from './first.tsx';
import { agentIn, isFinal, operationsIn } from './operations.ts';
import { Assents, History, Listed, Operations, Precedents, personIn } from './parts.tsx';

const UNDECIDED = ['pending', 'deferred', 'escalated'];

/** Whether what is shown is what a decision names. */
type Seal = 'fits' | 'other' | 'erased';

/** An approval: what is asked first, then what has changed, then all else; then the decision. */
export function CardPage({ id }: { id: string }) {
  const [done, setDone] = useState<string>();
  return (
    <Loaded read={() => readSealed(id)}>
      {(found, again) => (
        <>
          {done !== undefined && <p role="status">{done}</p>}
          <Shown
            {...found}
            key={found.card.version}
            decided={(verb, version) => {
              setDone(decide.done[verb]);
              again(() => readSealed(id, version));
            }}
          />
        </>
      )}
    </Loaded>
  );
}

/** The card, at `least` in that version. */
async function readSealed(id: string, least = 0): Promise<{ card: CardDetail; seal: Seal }> {
  const path = `/v1/mobile/approvals/${encodeURIComponent(id)}`;
  const card = await followed(
    () => read<CardDetail>(path),
    ({ version }) => version >= least,
  );
  return { card, seal: await sealOf(card) };
}

async function sealOf(card: CardDetail): Promise<Seal> {
  if (card.erased_at) return 'erased';
  return (await contentHash((card.content ?? null) as Json)) === card.decision_hash ? 'fits' : 'other';
}

interface Properties {
  card: CardDetail;
  seal: Seal;
  decided: (verb: Verb, version: number) => void;
}

function Shown({ card, seal, decided }: Properties) {
  const { difference, others } = readEvidence((card.evidence ?? []) as readonly Json[]);
  const content = (card.content ?? null) as Json;
  const operations = operationsIn(content);
  const isIrreversible = isFinalByEffect(card) || operations.some(isFinal);
  const isOpen = UNDECIDED.includes(card.status);
  const isVetoable = card.status === 'auto_approved' && card.veto != null;
  return (
    <article>
      <h1 tabIndex={-1}>{card.summary}</h1>
      <p>{say.asks(called(card.requested_by), card.subject.name)}</p>
      <p class="facts">
        <span class={`risk ${card.risk}`}>{words.risk[card.risk]}</span>
        <span>{words.status[card.status]}</span>
        {isOpen && <Left until={card.deadline_at} say={words.left.silence[card.on_timeout]} over={words.left.over} />}
        {isVetoable && <Left until={card.veto!.closes_at} say={words.left.vetoUntil} over={words.left.over} />}
      </p>
      {card.amount_usd_micros != null && <p>{say.cost(dollars(card.amount_usd_micros))}</p>}
      {isFinalByEffect(card) && <p class="warning">{say.kept(card.effect!)}</p>}
      {(isOpen || isVetoable) && seal === 'fits' && card.content && <First card={card} />}
      <Operations operations={operations} />
      {difference && <Changes difference={difference} />}
      <Listed title={say.risks} items={card.risk_reasons ?? []} />
      {card.rollback_plan && (
        <section>
          <h2>{say.undo}</h2>
          <p>{card.rollback_plan}</p>
        </section>
      )}
      <section>
        <h2>{say.content}</h2>
        <Value value={content} />
        <p class={`seal ${seal}`} role={seal === 'fits' ? undefined : 'alert'}>
          {{ fits: say.hashFits, other: say.hashOther, erased: say.erased }[seal]}
          <code>{card.decision_hash}</code>
        </p>
      </section>
      {others.length > 0 && (
        <section>
          <h2>{say.evidence}</h2>
          <Value value={others} />
        </section>
      )}
      <Files files={card.files} />
      <Listed title={say.authors} items={card.authors.map(called)} />
      <Assents card={card} />
      <Precedents card={card} />
      {(isOpen || isVetoable) && (
        <Decide
          card={card}
          verbs={isOpen ? ['approve', 'request_changes', 'veto'] : ['veto']}
          isDisabled={seal !== 'fits'}
          mustType={isIrreversible ? (agentIn(content) ?? card.subject.name) : null}
          decided={decided}
        />
      )}
      <p class="links">
        {card.subject.type === 'run' && <a href={addressOf('runs', card.subject.id)}>{say.run}</a>}
        {card.receipt_id && <a href={addressOf('receipts', card.receipt_id)}>{say.receipt}</a>}
        <a href={addressOf('story', 'approval', card.id)}>{say.why}</a>
      </p>
      {card.decided_by && <p>{say.decidedBy(called(card.decided_by))}</p>}
      <History card={card} />
      <Ids of={peopleIn(card)} />
    </article>
  );
}

/** Who is called by their name on the card. */
function peopleIn(card: CardDetail): readonly (string | null)[] {
  const voters = card.votes.map((each) => each.principal);
  const acted = [...card.timeline.map((each) => each.by), ...card.files.map((each) => each.uploaded_by)];
  return [card.requested_by, ...card.authors, ...voters, card.decided_by, ...card.missing.map(personIn), ...acted];
}

function isFinalByEffect(card: CardDetail): boolean {
  return card.effect != null && ['send', 'publish', 'delete', 'pay'].includes(card.effect);
}
