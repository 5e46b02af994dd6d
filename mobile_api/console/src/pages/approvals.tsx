import { useSignal } from '@preact/signals';

import type { Card } from '../api/generated.ts';
import { CardLink } from '../parts/card-link.tsx';
import { Pages } from '../parts/pages.tsx';
import { words } from '../words.ts';

type Bucket = keyof typeof words.buckets;
const BUCKETS = Object.keys(words.buckets) as Bucket[];

export function Approvals() {
  const bucket = useSignal<Bucket>('pending');
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.approvals}</h1>
      <div class="choice" role="group" aria-label={words.pages.approvals}>
        {BUCKETS.map((each) => (
          <button aria-pressed={each === bucket.value} onClick={() => (bucket.value = each)}>
            {words.buckets[each]}
          </button>
        ))}
      </div>
      <Pages<Card>
        key={bucket.value}
        path={`/v1/mobile/approvals?status=${bucket.value}`}
        none={words.noneIn[bucket.value]}
      >
        {(card) => <CardLink card={card} />}
      </Pages>
    </>
  );
}
