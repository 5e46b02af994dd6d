import type { CreationCaseView, Finding, StageView } from '../../api/generated.ts';
import { spaced } from '../../kit/text.ts';
import { instantInWords } from '../../kit/time.ts';
import { called } from '../../names.ts';
import { Pairs } from '../../parts/pairs.tsx';
import { addressOf } from '../../route.ts';
import { agent as say } from '../../words/agent.ts';

/** The newest case of an agent, stage by stage, with what each found. */
export function Stages({ of: found }: { of: CreationCaseView }) {
  return (
    <section>
      <h2>{found.ended_at === null ? say.openCase : say.lastCase}</h2>
      <Pairs
        of={[
          [say.case, spaced(found.status)],
          // Else it says which call to send, for which the page has a button.
          [say.next, found.ended_at === null && found.revisable_until === null ? found.next_step : null],
          [say.kind, say.ofVersion(spaced(found.kind), found.version, found.revision)],
          [say.requested, say.by(called(found.requested_by), instantInWords(found.requested_at))],
          [say.reason, found.reason],
          [say.revisable, found.revisable_until && instantInWords(found.revisable_until)],
        ]}
      />
      <ol class="stages">
        {found.stages.map((stage) => (
          <li key={stage.number} class={stage.status} aria-current={stage.status === 'running' ? 'step' : undefined}>
            <StageShown stage={stage} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function StageShown({ stage }: { stage: StageView }) {
  return (
    <>
      <span class="summary">{spaced(stage.name)}</span>
      <span class="facts">
        <span class="stage-status">{stage.status}</span>
        {stage.finished_at && <span>{instantInWords(stage.finished_at)}</span>}
        {stage.approval_id && <a href={addressOf('approvals', stage.approval_id)}>{say.itsApproval}</a>}
      </span>
      <Findings of={stage.findings ?? []} />
    </>
  );
}

/** What checks found: what is amiss, each with its remedy, then what passed. */
export function Findings({ of: findings }: { of: readonly Finding[] }) {
  const amiss = findings.filter((each) => each.verdict !== 'pass');
  const passed = findings.filter((each) => each.verdict === 'pass');
  return (
    <>
      {amiss.map((each) => (
        <Found finding={each} />
      ))}
      {passed.length > 0 && (
        <details>
          <summary>{say.passed(passed.length)}</summary>
          {passed.map((each) => (
            <Found finding={each} />
          ))}
        </details>
      )}
    </>
  );
}

function Found({ finding }: { finding: Finding }) {
  return (
    <p class={`finding ${finding.verdict}`}>
      <strong>
        {finding.verdict}: {spaced(finding.check)}
      </strong>{' '}
      {finding.evidence} {finding.path && <code>{finding.path}</code>}
      {finding.remedy && <span>{finding.remedy}</span>}
    </p>
  );
}
