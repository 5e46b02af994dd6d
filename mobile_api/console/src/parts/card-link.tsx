import type { Card } from '../api/generated.ts';
import { instantInWords } from '../kit/time.ts';
import { addressOf } from '../route.ts';
import { words } from '../words.ts';
import { Left } from './left.tsx';

/** One approval in a list: what is asked, how risky it is, and how long there is time. */
export function CardLink({ card }: { card: Card }) {
  const isOpen = card.status === 'pending' || card.status === 'escalated';
  return (
    <a class="card-link" href={addressOf('approvals', card.id)}>
      <span class="summary">{card.summary}</span>
      <span class="facts">
        <span class={`risk ${card.risk}`}>{words.risk[card.risk]}</span>
        <span>{words.status[card.status]}</span>
        {isOpen && (
          <Left until={card.deadline_at} say={words.left.silence[card.on_timeout]} over={words.left.over} />
        )}
        {card.status === 'auto_approved' && card.veto && (
          <Left until={card.veto.closes_at} say={words.left.vetoUntil} over={words.left.over} />
        )}
        {card.decided_at && <span>{instantInWords(card.decided_at)}</span>}
      </span>
    </a>
  );
}
