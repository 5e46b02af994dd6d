import { useState } from 'preact/hooks';

import type { GovernanceReport, GovernorRow, PrecedentRow, Reasons, RuleRow } from '../api/generated.ts';
import { read, serverNow } from '../api/call.ts';
import { dollars } from '../kit/money.ts';
import { percent } from '../kit/rate.ts';
import { clipped, spaced } from '../kit/text.ts';
import { spanInWords } from '../kit/time.ts';
import { called, nameOf } from '../names.ts';
import { Days, lastDays } from '../parts/days.tsx';
import { Ids } from '../parts/ids.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { Named } from '../parts/named.tsx';
import { Share } from '../parts/share.tsx';
import { Table } from '../parts/table.tsx';
import { addressOf } from '../route.ts';
import { words } from '../words.ts';
import { report as say } from '../words/learning.ts';

// As many groups of reasons, and characters of a reason, as are read at a glance.
const FIRST_GROUPS = 10;
const LONGEST_REASON = 200;

/** What governing costs and keeps out, of the last days. */
export function Report() {
  const [days, setDays] = useState(30);
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.report}</h1>
      <p>{say.about}</p>
      <Days label={say.days} last={say.last} days={days} set={setDays} />
      <Loaded key={days} read={() => readReport(days)}>
        {(report) => <Shown report={report} />}
      </Loaded>
    </>
  );
}

function readReport(days: number): Promise<GovernanceReport> {
  return read<GovernanceReport>(`/v1/governance/report?${lastDays(days, serverNow())}`);
}

function Shown({ report }: { report: GovernanceReport }) {
  const { whole } = report;
  if (whole.requests === 0 && report.precedents.length === 0) return <p>{say.none}</p>;
  return (
    <>
      <h2>{say.whole}</h2>
      <Pairs
        of={[
          [say.requests, whole.requests],
          [say.decided, say.split(whole.approved, whole.refused, whole.silent, whole.waiting)],
          [say.waited, spanInWords(whole.waited_seconds)],
          [say.median, spanInWords(whole.median_seconds)],
          [say.escalated, spanInWords(whole.escalated_seconds)],
          [say.lost, dollars(whole.lost_usd_micros)],
        ]}
      />
      <h2>{say.rules}</h2>
      <Rules rows={report.rules} whole={whole.waited_seconds} />
      <h2>{say.governors}</h2>
      <p>{say.aboutGovernors}</p>
      <Governors rows={report.governors} />
      <Ids of={report.governors.map((each) => each.principal)} />
      <h2>{say.precedents}</h2>
      {report.proposed.length > 0 && (
        <p>
          <a href={addressOf('precedents')}>{say.proposed(report.proposed.length)}</a>
        </p>
      )}
      {report.precedents.length === 0 ? <p>{say.noPrecedents}</p> : <Precedents rows={report.precedents} />}
      <Vetoes of={report.vetoes} />
      <Refusals reasons={report.reasons} />
      <details>
        <summary>{say.computed}</summary>
        <Pairs of={Object.entries(report.computed).map(([figure, how]) => [spaced(figure), how])} />
      </details>
    </>
  );
}

function Rules({ rows, whole }: { rows: readonly RuleRow[]; whole: number }) {
  const shares = rows.map((each) => ({ label: ruleOf(each), share: whole > 0 ? each.waited_seconds / whole : 0 }));
  return (
    <>
      <Share of={shares} />
      <Table
        label={say.rules}
        heads={say.heads.rules}
        numbersFrom={1}
        rows={rows.map((each) => [
          ruleOf(each),
          each.requests,
          each.refused,
          each.silent,
          spanInWords(each.waited_seconds),
          spanInWords(each.median_seconds),
          dollars(each.lost_usd_micros),
        ])}
      />
    </>
  );
}

function ruleOf({ rule, kind, risk }: RuleRow): string {
  const places = rule.of.map((each) => (each.role ? spaced(each.role) : called(each.principal ?? ''))).join(', ');
  const said = { any: say.any(places), all: say.all(places), m_of_n: say.some(rule.m ?? 0, places) }[rule.kind];
  return say.rule(said, kind, words.risk[risk]);
}

function Governors({ rows }: { rows: readonly GovernorRow[] }) {
  return (
    <Table
      label={say.governors}
      heads={say.heads.governors}
      numbersFrom={1}
      rows={rows.map((each) => [
        <Named id={each.principal} isShort />,
        each.requests,
        each.refused,
        each.vetoes,
        spanInWords(each.waited_seconds),
        spanInWords(each.median_seconds),
      ])}
    />
  );
}

function Precedents({ rows }: { rows: readonly PrecedentRow[] }) {
  return (
    <Table
      label={say.precedents}
      heads={say.heads.precedents}
      numbersFrom={1}
      rows={rows.map((each) => [
        <a class="named" href={addressOf('precedents', each.precedent_id)}>
          {nameOf(each.precedent_id) ?? each.precedent_id}
        </a>,
        each.compared,
        `${each.matched} (${percent(each.match_rate)})`,
        `${each.vetoed} (${percent(each.veto_rate)})`,
        each.audited,
        each.disagreed,
        percent(each.false_positive_rate),
        spanInWords(each.saved_seconds),
      ])}
    />
  );
}

function Vetoes({ of }: { of: Readonly<Record<string, number>> }) {
  const reasons = Object.entries(of);
  if (reasons.length === 0) return null;
  return (
    <>
      <h2>{say.vetoes}</h2>
      <Pairs of={reasons.map(([category, count]) => [spaced(category), say.times(count)])} />
    </>
  );
}

/** Why people refused; the name of a group leads to the refusal that said so. */
function Refusals({ reasons }: { reasons: Reasons }) {
  const [all, setAll] = useState(false);
  const { groups, without, erased, older, in_other_groups: others } = reasons;
  if (groups.length + without + erased === 0) return null;
  const left = say.left(without, erased, older + others);
  return (
    <>
      <h2>{say.reasons}</h2>
      <p>{say.by[reasons.by]}</p>
      <ul class="rows">
        {groups.slice(0, all ? groups.length : FIRST_GROUPS).map((each) => (
          <li key={each.approval_id}>
            <a class="row" href={addressOf('approvals', each.approval_id)}>
              <span class="summary">{clipped(each.reason, LONGEST_REASON)}</span>
              <span class="facts">
                {say.refusals(each.refusals, each.rejected, each.changes_requested, each.vetoed)}
              </span>
            </a>
          </li>
        ))}
      </ul>
      {!all && groups.length > FIRST_GROUPS && (
        <button type="button" onClick={() => setAll(true)}>
          {say.moreReasons(groups.length - FIRST_GROUPS)}
        </button>
      )}
      {left && <p>{left}</p>}
    </>
  );
}
