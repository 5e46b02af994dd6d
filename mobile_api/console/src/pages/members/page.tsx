import type { MemberDetail } from '../../api/generated.ts';
import { spaced } from '../../kit/text.ts';
import { instantInWords } from '../../kit/time.ts';
import { hasOne, me } from '../../me.ts';
import { Pages } from '../../parts/pages.tsx';
import { RowLink } from '../../parts/row.tsx';
import { addressOf } from '../../route.ts';
import { words } from '../../words.ts';
import { members as say } from '../../words/tenant.ts';
import { Invitations } from './invitations.tsx';
import { Workspaces } from './workspaces.tsx';

/** Who belongs to the tenant; to its admins also who was invited, and its workspaces. */
export function Members() {
  const isAdmin = hasOne(['tenant_admin']);
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.members}</h1>
      <Pages<MemberDetail> path="/v1/members" none={words.nothingHere}>
        {(member) => (
          <RowLink
            to={addressOf('members', member.principal_id)}
            summary={member.display_name ?? member.principal_id}
            facts={[
              member.display_name !== null && <code>{member.principal_id}</code>,
              member.principal_id === me.value?.principal_id && say.you,
              say.kind[member.kind],
              member.roles.map(spaced).join(', '),
              member.removed_at === null
                ? say.joined(instantInWords(member.joined_at))
                : say.left(instantInWords(member.removed_at)),
              member.deputy_until && say.deputyUntil(instantInWords(member.deputy_until)),
            ]}
          />
        )}
      </Pages>
      {isAdmin && <Invitations />}
      {isAdmin && <Workspaces />}
    </>
  );
}
