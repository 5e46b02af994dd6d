import type { AgentDetail, AgentView, RecallView } from '../../api/generated.ts';
import { hasOne } from '../../me.ts';
import { text, type FieldEntry } from '../../parts/field.tsx';
import { Act } from '../../parts/form.tsx';
import { Only } from '../../parts/only.tsx';
import { agent as say } from '../../words/agent.ts';

const REASON: FieldEntry = { name: 'reason', label: say.reason, kind: 'words', most: 2000 };
const SUSPENDS = ['governor', 'genesis', 'tenant_admin'];
const REACTIVATES = ['governor', 'genesis'];
const RECALLS = ['governor'];

/** What may be done with an agent by whoever looks at it; to others, who may. */
export function AgentActs({ agent, changed }: { agent: AgentDetail; changed: (said: string) => void }) {
  const path = `/v1/agents/${encodeURIComponent(agent.agent_id)}`;
  return (
    <Only roles={SUSPENDS} may={say.acts}>
      <div class="acts">
        {agent.suspension === null && (
          <Act<AgentView>
            label={say.suspend}
            send={say.suspendNow}
            about={say.aboutSuspend}
            fields={[REASON]}
            request={(values) => ({ method: 'POST', path: `${path}/suspend`, body: { reason: text(values, 'reason') } })}
            done={() => changed(say.isSuspended)}
          />
        )}
        {agent.suspension !== null && hasOne(REACTIVATES) && (
          <Act<AgentView>
            label={say.reactivate}
            send={say.reactivateNow}
            about={say.aboutReactivate}
            fields={[REASON]}
            request={(values) => ({ method: 'POST', path: `${path}/reactivate`, body: { reason: text(values, 'reason') } })}
            done={() => changed(say.isReactivated)}
          />
        )}
        {hasOne(RECALLS) && (
          <Act<RecallView>
            label={say.recall}
            send={say.recallNow}
            about={say.aboutRecall}
            fields={[
              REASON,
              { name: 'version', label: say.version, isOptional: true, hint: say.versionHint(agent.version) },
            ]}
            request={(values) => ({
              method: 'POST',
              path: '/v1/recalls',
              body: {
                agent_id: agent.agent_id,
                reason: text(values, 'reason'),
                ...(text(values, 'version') && { version: text(values, 'version') }),
              },
            })}
            done={() => changed(say.isRecalled)}
          />
        )}
      </div>
    </Only>
  );
}
