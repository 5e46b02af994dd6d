import type { AgentDetail, CaseAccepted, CreationCaseView } from '../../api/generated.ts';
import { Act } from '../../parts/form.tsx';
import { addressOf } from '../../route.ts';
import { agent as say } from '../../words/agent.ts';

interface Properties {
  agent: AgentDetail;
  newest: CreationCaseView;
  changed: (said: string) => void;
}

/** What may be done about an agent's newest case: to revise it, to open the next one, or to cancel it. */
export function CaseActs({ agent, newest, changed }: Properties) {
  const isOver = newest.ended_at !== null;
  const isWritten = isOver || newest.revisable_until !== null;
  return (
    <div class="acts">
      {isWritten && (
        <a class="button" href={addressOf('agents', agent.agent_id, 'spec')}>
          {newest.revisable_until === null ? say.changeSpec : say.revise}
        </a>
      )}
      {!isOver && (
        <Act<CaseAccepted>
          label={say.cancel}
          send={say.cancelNow}
          about={say.aboutCancel}
          request={() => ({ method: 'POST', path: `/v1/workflows/${encodeURIComponent(newest.case_id)}/cancel` })}
          done={() => changed(say.isCancelled)}
        />
      )}
    </div>
  );
}
