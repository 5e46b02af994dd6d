import type { PrecedentSeed } from '../../api/generated.ts';
import { percent } from '../../kit/rate.ts';
import { spaced } from '../../kit/text.ts';
import { Pages } from '../../parts/pages.tsx';
import { RowLink } from '../../parts/row.tsx';
import { addressOf } from '../../route.ts';
import { words } from '../../words.ts';
import { precedents as say } from '../../words/precedents.ts';

export function Precedents() {
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.precedents}</h1>
      <p>
        <a class="button" href={addressOf('precedents', 'new')}>
          {say.write}
        </a>
      </p>
      <Pages<PrecedentSeed> path="/v1/precedent-seeds" none={words.nothingHere}>
        {(seed) => (
          <RowLink
            to={addressOf('precedents', seed.seed_id)}
            summary={seed.title}
            facts={[
              seed.reference,
              spaced(seed.status),
              seed.kind,
              say.upTo(words.risk[seed.max_risk]),
              say.matched(seed.match_count, seed.veto_count),
              seed.match_count > 0 && say.rates(percent(seed.match_rate), percent(seed.veto_rate)),
            ]}
          />
        )}
      </Pages>
    </>
  );
}
