import type { ReportedViolation } from '../api/generated.ts';
import { instantInWords } from '../kit/time.ts';
import { Pages } from '../parts/pages.tsx';
import { words } from '../words.ts';

export function Violations() {
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.violations}</h1>
      <Pages<ReportedViolation> path="/v1/mobile/violations" none={words.nothingHere}>
        {(violation) => (
          <div class="row">
            <span class="summary">{violation.summary}</span>
            <span class="facts">
              <span>{violation.rule}</span>
              <span>{words.reportedBy(violation.reported_by, violation.subject.name)}</span>
              <span>{instantInWords(violation.at)}</span>
            </span>
          </div>
        )}
      </Pages>
    </>
  );
}
