import type { PrecedentSeed } from '../api/generated.ts';
import { Pages } from '../parts/pages.tsx';
import { Row } from '../parts/row.tsx';
import { words } from '../words.ts';

export function Precedents() {
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.precedents}</h1>
      <Pages<PrecedentSeed> path="/v1/mobile/seeds" none={words.nothingHere}>
        {(seed) => (
          <Row
            summary={seed.title}
            facts={[seed.status, words.precedents.matched(seed.match_count, seed.veto_count)]}
          />
        )}
      </Pages>
    </>
  );
}
