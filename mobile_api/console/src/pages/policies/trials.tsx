import { useState } from 'preact/hooks';

import type { ComparisonView, Example, Replay, TestReport, Validation } from '../../api/generated.ts';
import { serverNow, type Write } from '../../api/call.ts';
import { text, type Values } from '../../parts/field.tsx';
import { Act, type Asking } from '../../parts/form.tsx';
import { policies as say } from '../../words/policies.ts';
import { Compared, Replayed, Tested, Validated } from './results.tsx';

const DAYS_MS = 7 * 86_400_000;

interface Results {
  readonly validation?: Validation;
  readonly comparison?: ComparisonView;
  readonly report?: TestReport;
  readonly replay?: Replay;
}

/** What the version would do if it were published; nothing is changed by asking. */
export function Trials({ path }: { path: string }) {
  const [results, setResults] = useState<Results>({});
  const [asked, setAsked] = useState<Values>({});
  const add = (found: Results) => setResults({ ...results, ...found });
  const cases = casesOf(results.comparison);
  return (
    <section>
      <h2>{say.trials}</h2>
      <div class="acts">
        <Act<Validation>
          label={say.validate}
          send={say.validate}
          about={say.aboutValidate}
          request={() => ({ method: 'POST', path: `${path}/validate` })}
          done={(validation) => add({ validation })}
        />
        <Act<ComparisonView>
          label={say.compare}
          send={say.compare}
          about={say.aboutCompare}
          request={() => ({ method: 'POST', path: `${path}/compare` })}
          done={(comparison) => add({ comparison })}
        />
        <Act<TestReport>
          key={cases}
          label={say.test}
          send={say.testNow}
          about={say.aboutTest}
          fields={[{ name: 'cases', label: say.cases, kind: 'code', hint: say.casesHint }]}
          start={{ cases }}
          request={(values) => testOf(path, values)}
          done={(report) => add({ report })}
        />
        <Act<Replay>
          label={say.replay}
          send={say.replayNow}
          about={say.aboutReplay}
          fields={PERIOD}
          start={{ from: day(serverNow() - DAYS_MS), to: day(serverNow() + DAYS_MS / 7) }}
          request={(values) => replayOf(path, values, null)}
          done={(replay, values) => {
            setAsked(values);
            add({ replay });
          }}
        />
      </div>
      {results.validation && <Validated found={results.validation} />}
      {results.comparison && <Compared found={results.comparison} />}
      {results.report && <Tested found={results.report} />}
      {results.replay && (
        <Replayed
          found={results.replay}
          more={(cursor) => replayOf(path, asked, cursor)}
          add={(next) => add({ replay: together(results.replay!, next) })}
        />
      )}
    </section>
  );
}

const PERIOD: Asking = [
  { name: 'from', label: say.from, kind: 'day' },
  { name: 'to', label: say.to, kind: 'day', hint: say.days },
];

function replayOf(path: string, values: Values, cursor: string | null): Write {
  const at = (name: string) => `${text(values, name)}T00:00:00.000Z`;
  return { method: 'POST', path: `${path}/replay`, body: { from: at('from'), to: at('to'), ...(cursor && { cursor }) } };
}

/** Throws, in words, for what is no JSON. */
function testOf(path: string, values: Values): Write {
  let cases: unknown;
  try {
    cases = JSON.parse(text(values, 'cases'));
  } catch (error) {
    throw new Error(say.noJson((error as Error).message));
  }
  return { method: 'POST', path: `${path}/test`, body: { cases } };
}

/** The examples of a comparison as cases that expect what the draft gives. */
function casesOf(comparison: ComparisonView | undefined): string {
  const found = [...(comparison?.newly_allowed ?? []), ...(comparison?.newly_denied ?? [])];
  if (found.length === 0) return '';
  return JSON.stringify(found.map((each: Example) => ({ request: each.request, expect: each.after.effect })), null, 2);
}

function together(one: Replay, other: Replay): Replay {
  const counts = { ...one.not_replayable };
  for (const [reason, count] of Object.entries(other.not_replayable)) counts[reason] = (counts[reason] ?? 0) + count;
  return {
    replayed: one.replayed + other.replayed,
    flipped: one.flipped + other.flipped,
    flips: [...one.flips, ...other.flips],
    not_replayable: counts,
    next_cursor: other.next_cursor,
  };
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
