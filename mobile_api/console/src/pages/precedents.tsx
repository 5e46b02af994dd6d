import type { PrecedentSeed } from '../api/generated.ts';
import { Pages } from '../parts/pages.tsx';
import { words } from '../words.ts';

export function Precedents() {
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.precedents}</h1>
      <Pages<PrecedentSeed> path="/v1/mobile/seeds" none={words.nothingHere}>
        {(seed) => (
          <div class="row">
            <span class="summary">{seed.title}</span>
            <span class="facts">
              <span>{seed.status}</span>
              <span>{words.precedents.matched(seed.match_count, seed.veto_count)}</span>
            </span>
          </div>
        )}
      </Pages>
    </>
  );
}
