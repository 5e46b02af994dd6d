import type { WorkspaceView } from '../../api/generated.ts';
import type { Write } from '../../api/call.ts';
import { instantInWords } from '../../kit/time.ts';
import { Said, useChanged } from '../../parts/changed.tsx';
import { text, type FieldEntry } from '../../parts/field.tsx';
import { Act } from '../../parts/form.tsx';
import { Pages } from '../../parts/pages.tsx';
import { Row } from '../../parts/row.tsx';
import { members as say } from '../../words/tenant.ts';

const NAME: FieldEntry = { name: 'name', label: say.name, most: 100 };

/** The parts of the tenant: made, renamed, archived and taken back into use. */
export function Workspaces() {
  const { turn, said, changed } = useChanged();
  return (
    <section>
      <h2>{say.workspaces}</h2>
      <Said turn={turn} said={said} />
      <Act<WorkspaceView>
        label={say.addWorkspace}
        send={say.addWorkspaceNow}
        fields={[NAME]}
        request={(values) => ({ method: 'POST', path: '/v1/workspaces', body: { name: text(values, 'name') } })}
        done={(made) => changed(say.workspaceMade(made.name))}
      />
      <Pages<WorkspaceView> key={turn} path="/v1/workspaces" none={say.noWorkspaces}>
        {(each) => <Workspace workspace={each} changed={changed} />}
      </Pages>
    </section>
  );
}

function Workspace({ workspace, changed }: { workspace: WorkspaceView; changed: (said: string) => void }) {
  const change = (body: object): Write => ({
    method: 'PATCH',
    path: `/v1/workspaces/${encodeURIComponent(workspace.workspace_id)}`,
    body,
  });
  return (
    <Row
      summary={workspace.name}
      facts={[
        <code>{workspace.workspace_id}</code>,
        instantInWords(workspace.created_at),
        workspace.archived_at && say.archived,
      ]}
    >
      <div class="acts">
        <Act<WorkspaceView>
          label={say.rename}
          of={workspace.name}
          send={say.rename}
          fields={[NAME]}
          start={{ name: workspace.name }}
          request={(values) => change({ name: text(values, 'name') })}
          done={() => changed(say.isRenamed)}
        />
        {workspace.archived_at === null ? (
          <Act<WorkspaceView>
            label={say.archive}
            of={workspace.name}
            send={say.archiveNow}
            about={say.aboutArchive}
            request={() => change({ archived: true })}
            done={() => changed(say.isArchived)}
          />
        ) : (
          <Act<WorkspaceView>
            label={say.reopen}
            of={workspace.name}
            send={say.reopen}
            request={() => change({ archived: false })}
            done={() => changed(say.isReopened)}
          />
        )}
      </div>
    </Row>
  );
}
