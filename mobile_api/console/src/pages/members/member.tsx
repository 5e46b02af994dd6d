import type { MemberDetail, WorkspaceView } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { spaced } from '../../kit/text.ts';
import { instantInWords } from '../../kit/time.ts';
import { Said, useChanged } from '../../parts/changed.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Pairs } from '../../parts/pairs.tsx';
import { Named } from '../../parts/named.tsx';
import { member as say, members } from '../../words/tenant.ts';
import { MemberActs } from './acts.tsx';

interface Found {
  readonly member: MemberDetail;
  readonly workspaces: readonly WorkspaceView[];
}

/** One member: their roles in the tenant and in its workspaces, and what may be changed. */
export function Member({ id }: { id: string }) {
  const { turn, said, changed } = useChanged();
  return (
    <Loaded read={() => readMember(id)}>
      {({ member, workspaces }, again) => (
        <>
          <h1 tabIndex={-1}>{member.display_name ?? member.principal_id}</h1>
          <Said turn={turn} said={said} />
          <Pairs
            of={[
              [say.id, member.display_name && <code>{member.principal_id}</code>],
              [say.kind, members.kind[member.kind]],
              [say.roles, member.roles.map(spaced).join(', ')],
              ...member.workspaces.map(
                (each) =>
                  [say.inWorkspace(nameOf(each.workspace_id, workspaces)), each.roles.map(spaced).join(', ')] as const,
              ),
              [say.joined, instantInWords(member.joined_at)],
              [say.removed, member.removed_at && instantInWords(member.removed_at)],
              [
                say.deputy,
                member.deputy_until && (
                  <>
                    {say.deputyOf(instantInWords(member.deputy_from!), instantInWords(member.deputy_until))}
                    <Named id={member.deputy_by!} />
                  </>
                ),
              ],
            ]}
          />
          {member.removed_at === null && (
            <MemberActs
              key={turn}
              member={member}
              workspaces={workspaces}
              changed={(next) => {
                changed(next);
                again(() => readMember(id));
              }}
            />
          )}
        </>
      )}
    </Loaded>
  );
}

async function readMember(id: string): Promise<Found> {
  const [member, found] = await Promise.all([
    read<MemberDetail>(`/v1/members/${encodeURIComponent(id)}`),
    read<{ items: readonly WorkspaceView[] }>('/v1/workspaces?limit=100'),
  ]);
  return { member, workspaces: found.items };
}

function nameOf(id: string, workspaces: readonly WorkspaceView[]): string {
  return workspaces.find((each) => each.workspace_id === id)?.name ?? id;
}
