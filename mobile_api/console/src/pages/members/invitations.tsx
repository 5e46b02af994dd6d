import { useState } from 'preact/hooks';

import type { InvitationView, NewInvitation } from '../../api/generated.ts';
import { spaced } from '../../kit/text.ts';
import { instantInWords } from '../../kit/time.ts';
import { Said, useChanged } from '../../parts/changed.tsx';
import { some } from '../../parts/field.tsx';
import { Act } from '../../parts/form.tsx';
import { Pages } from '../../parts/pages.tsx';
import { Row } from '../../parts/row.tsx';
import { Secret } from '../../parts/secret.tsx';
import { members as say } from '../../words/tenant.ts';
import { ROLES_IN_TENANT } from './roles.ts';

/** Who was invited; a new invitation shows its token once. */
export function Invitations() {
  const { turn, said, changed } = useChanged();
  const [token, setToken] = useState<string>();
  return (
    <section>
      <h2>{say.invitations}</h2>
      <Said turn={turn} said={said} />
      {token && <Secret about={say.tokenOnce} secret={token} />}
      <Act<NewInvitation>
        label={say.invite}
        send={say.inviteNow}
        about={say.aboutInvite}
        fields={[{ name: 'roles', label: say.roles, kind: 'some', options: ROLES_IN_TENANT }]}
        request={(values) => ({
          method: 'POST',
          path: '/v1/invitations',
          body: { roles: some(values, 'roles') },
          isOnce: true,
        })}
        done={(answer) => {
          setToken(answer.token);
          changed(say.isInvited);
        }}
      />
      <Pages<InvitationView> key={turn} path="/v1/invitations" none={say.noInvitations}>
        {(each) => (
          <Row
            summary={say.invited(each.roles.map(spaced).join(', '))}
            facts={[
              each.status,
              each.invited_by,
              each.accepted_by ?? say.until(instantInWords(each.expires_at)),
            ]}
          >
            {each.status === 'open' && (
              <Act<InvitationView>
                label={say.revoke}
                of={say.invited(each.roles.join(', '))}
                send={say.revokeNow}
                about={say.aboutRevoke}
                request={() => ({ method: 'DELETE', path: `/v1/invitations/${encodeURIComponent(each.invitation_id)}` })}
                done={() => changed(say.isRevoked)}
              />
            )}
          </Row>
        )}
      </Pages>
    </section>
  );
}
