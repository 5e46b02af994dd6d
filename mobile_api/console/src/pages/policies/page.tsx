import { useState } from 'preact/hooks';

import type { PolicyDetail, PolicyView } from '../../api/generated.ts';
import { instantInWords } from '../../kit/time.ts';
import { hasOne } from '../../me.ts';
import { text } from '../../parts/field.tsx';
import { Act } from '../../parts/form.tsx';
import { Pages } from '../../parts/pages.tsx';
import { RowLink } from '../../parts/row.tsx';
import { addressOf, go } from '../../route.ts';
import { words } from '../../words.ts';
import { policies as say } from '../../words/policies.ts';
import { WRITES } from './roles.ts';

const STATUSES = ['', 'draft', 'published', 'retired'] as const;

/** The versions of the tenant's own policies, and a form for another one. */
export function Policies() {
  const [status, setStatus] = useState<(typeof STATUSES)[number]>('');
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.policies}</h1>
      <p>{say.about}</p>
      {hasOne(WRITES) && (
        <Act<PolicyDetail>
          label={say.write}
          send={say.writeNow}
          about={say.aboutWrite}
          fields={[
            { name: 'name', label: say.name, most: 60, hint: say.nameHint },
            { name: 'source', label: say.source, kind: 'code' },
          ]}
          request={(values) => ({
            method: 'POST',
            path: '/v1/policies',
            body: { name: text(values, 'name'), source: `${text(values, 'source')}\n` },
          })}
          done={(made) => go(addressOf('policies', made.policy_id))}
        />
      )}
      <div class="choice" role="group" aria-label={say.status}>
        {STATUSES.map((each) => (
          <button aria-pressed={each === status} onClick={() => setStatus(each)}>
            {say.statuses[each]}
          </button>
        ))}
      </div>
      <Pages<PolicyView> key={status} path={`/v1/policies${status && `?status=${status}`}`} none={say.none}>
        {(each) => (
          <RowLink
            to={addressOf('policies', each.policy_id)}
            summary={say.version(each.name, each.version)}
            facts={[
              each.status,
              each.status === 'draft' && each.approval_id && say.waits,
              each.proposed_by,
              instantInWords(each.published_at ?? each.proposed_at),
            ]}
          />
        )}
      </Pages>
    </>
  );
}
