import type { ReportedViolation } from '../api/generated.ts';
import { instantInWords } from '../kit/time.ts';
import { called } from '../names.ts';
import { Pages } from '../parts/pages.tsx';
import { Row } from '../parts/row.tsx';
import { words } from '../words.ts';

export function Violations() {
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.violations}</h1>
      <Pages<ReportedViolation> path="/v1/mobile/violations" none={words.nothingHere}>
        {(violation) => (
          <Row
            summary={violation.summary}
            facts={[
              violation.rule,
              words.reportedBy(called(violation.reported_by), violation.subject.name),
              instantInWords(violation.at),
            ]}
          />
        )}
      </Pages>
    </>
  );
}
