import { useState } from 'preact/hooks';

import type { MemberView, WorkspaceView } from '../../api/generated.ts';
import type { Write } from '../../api/call.ts';
import { hasOne, me } from '../../me.ts';
import { some, text, type FieldEntry } from '../../parts/field.tsx';
import { Act } from '../../parts/form.tsx';
import { Only } from '../../parts/only.tsx';
import { words } from '../../words.ts';
import { member as say } from '../../words/tenant.ts';
import { ROLES_IN_TENANT, ROLES_IN_WORKSPACE } from './roles.ts';

const ADMINS = ['tenant_admin'];
const NAME_DEPUTIES = ['governor', 'tenant_admin'];

interface Properties {
  member: MemberView;
  workspaces: readonly WorkspaceView[];
  changed: (said: string) => void;
}

/** What may be changed of a member by whoever looks at them; to others, who may. */
export function MemberActs({ member, workspaces, changed }: Properties) {
  const path = `/v1/members/${encodeURIComponent(member.principal_id)}`;
  const isMe = member.principal_id === me.value?.principal_id;
  if (!isMe && !hasOne(NAME_DEPUTIES)) return <Only roles={NAME_DEPUTIES} may={say.acts}>{null}</Only>;
  const isAdmin = hasOne(ADMINS);
  const open = workspaces.filter((each) => each.archived_at === null);
  return (
    <div class="acts">
      {isAdmin && <ChangeRoles member={member} path={path} changed={changed} />}
      {isAdmin && open.length > 0 && <ChangeRolesIn member={member} workspaces={open} path={path} changed={changed} />}
      {hasOne(NAME_DEPUTIES) && <Deputy member={member} path={path} changed={changed} />}
      {isAdmin && (
        <Act<MemberView>
          label={say.endSessions}
          send={say.endSessionsNow}
          about={say.aboutEndSessions}
          request={() => ({ method: 'DELETE', path: `${path}/sessions` })}
          done={() => changed(say.sessionsEnded)}
        />
      )}
      {(isAdmin || isMe) && (
        <Act<MemberView>
          label={isMe ? say.leave : say.remove}
          send={say.removeNow}
          about={say.aboutRemove}
          request={() => ({ method: 'DELETE', path })}
          done={() => changed(say.isRemoved)}
        />
      )}
    </div>
  );
}

interface OfMember {
  member: MemberView;
  path: string;
  changed: (said: string) => void;
}

function ChangeRoles({ member, path, changed }: OfMember) {
  return (
    <Act<MemberView>
      label={say.changeRoles}
      send={say.changeRolesNow}
      about={say.aboutRoles}
      fields={[{ name: 'roles', label: say.roles, kind: 'some', options: ROLES_IN_TENANT }]}
      start={{ roles: member.roles }}
      request={(values) => ({ method: 'PATCH', path, body: { roles: some(values, 'roles') } })}
      done={() => changed(say.rolesChanged)}
    />
  );
}

function ChangeRolesIn({ member, workspaces, path, changed }: OfMember & { workspaces: readonly WorkspaceView[] }) {
  const [chosen, choose] = useState('');
  const has = member.workspaces.find((each) => each.workspace_id === chosen)?.roles ?? [];
  return (
    <div class="act">
      <label>
        {say.changeIn}
        <select value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
          <option value="">{words.form.choose}</option>
          {workspaces.map((each) => (
            <option value={each.workspace_id}>{each.name}</option>
          ))}
        </select>
      </label>
      {chosen && (
        <Act<MemberView>
          key={chosen}
          label={say.changeRoles}
          of={say.inWorkspace(workspaces.find((each) => each.workspace_id === chosen)!.name)}
          send={say.changeRolesNow}
          about={say.aboutRoles}
          fields={[{ name: 'roles', label: say.roles, kind: 'some', options: ROLES_IN_WORKSPACE }]}
          start={{ roles: has }}
          request={(values) => ({
            method: 'PATCH',
            path,
            body: { roles: some(values, 'roles'), workspace_id: chosen },
          })}
          done={() => changed(say.rolesChanged)}
        />
      )}
    </div>
  );
}

const FROM: FieldEntry = { name: 'from', label: say.from, kind: 'moment', isOptional: true, hint: say.fromHint };
const UNTIL: FieldEntry = { name: 'until', label: say.until, kind: 'moment' };

function Deputy({ member, path, changed }: OfMember) {
  if (member.deputy_until !== null) {
    return (
      <Act<MemberView>
        label={say.endDeputy}
        send={say.endDeputyNow}
        about={say.aboutEndDeputy}
        request={() => ({ method: 'PATCH', path, body: { deputy_until: null } })}
        done={() => changed(say.isNoDeputy)}
      />
    );
  }
  return (
    <Act<MemberView>
      label={say.name}
      send={say.nameNow}
      about={say.aboutDeputy}
      fields={[FROM, UNTIL]}
      request={(values): Write => {
        const from = text(values, 'from');
        const until = new Date(text(values, 'until')).toISOString();
        return {
          method: 'PATCH',
          path,
          body: { ...(from && { deputy_from: new Date(from).toISOString() }), deputy_until: until },
        };
      }}
      done={() => changed(say.isDeputy)}
    />
  );
}
