import type { PolicyDetail, PolicyView } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { instantInWords } from '../../kit/time.ts';
import { Said, useChanged } from '../../parts/changed.tsx';
import { text } from '../../parts/field.tsx';
import { Act } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Only } from '../../parts/only.tsx';
import { Pairs } from '../../parts/pairs.tsx';
import { addressOf, go } from '../../route.ts';
import { policies as say } from '../../words/policies.ts';
import { WRITES } from './roles.ts';
import { Trials } from './trials.tsx';

/** One version of a policy: its text, what it would change, and its publication. */
export function Policy({ id }: { id: string }) {
  const { turn, said, changed } = useChanged();
  const path = `/v1/policies/${encodeURIComponent(id)}`;
  const from = () => read<PolicyDetail>(path);
  return (
    <Loaded read={from}>
      {(policy, again) => (
        <article>
          <h1 tabIndex={-1}>{say.version(policy.name, policy.version)}</h1>
          <Said turn={turn} said={said} />
          <Pairs
            of={[
              [say.status, policy.status],
              [say.proposed, say.by(policy.proposed_by, instantInWords(policy.proposed_at))],
              [say.published, policy.published_at && instantInWords(policy.published_at)],
              [say.retired, policy.retired_at && instantInWords(policy.retired_at)],
              [say.reason, policy.reason],
              [
                say.approval,
                policy.approval_id && <a href={addressOf('approvals', policy.approval_id)}>{policy.approval_id}</a>,
              ],
              [say.hash, <code>{policy.source_hash}</code>],
            ]}
          />
          <PolicyActs
            policy={policy}
            path={path}
            changed={(next) => {
              changed(next);
              again(from);
            }}
          />
          <h2>{say.source}</h2>
          {policy.source === null ? <p>{say.erased}</p> : <pre tabIndex={0}>{policy.source}</pre>}
          {policy.source !== null && <Trials path={path} />}
        </article>
      )}
    </Loaded>
  );
}

interface Properties {
  policy: PolicyDetail;
  path: string;
  changed: (said: string) => void;
}

function PolicyActs({ policy, path, changed }: Properties) {
  const isDraft = policy.status === 'draft';
  return (
    <Only roles={WRITES} may={say.acts}>
      <div class="acts">
        {isDraft && policy.approval_id === null && (
          <Act<PolicyView>
            label={say.publish}
            send={say.publishNow}
            about={say.aboutPublish}
            request={() => ({ method: 'POST', path: `${path}/publish` })}
            done={() => changed(say.isAsked)}
          />
        )}
        {isDraft && policy.approval_id !== null && (
          <Act<PolicyView>
            label={say.withdraw}
            send={say.withdrawNow}
            about={say.aboutWithdraw}
            request={() => ({ method: 'POST', path: `${path}/withdraw` })}
            done={() => changed(say.isWithdrawn)}
          />
        )}
        {policy.source !== null && (
          <Act<PolicyDetail>
            label={say.next}
            send={say.writeNow}
            about={say.aboutWrite}
            fields={[{ name: 'source', label: say.source, kind: 'code' }]}
            start={{ source: policy.source }}
            request={(values) => ({
              method: 'POST',
              path: '/v1/policies',
              body: { name: policy.name, source: `${text(values, 'source')}\n` },
            })}
            done={(made) => go(addressOf('policies', made.policy_id))}
          />
        )}
      </div>
    </Only>
  );
}
