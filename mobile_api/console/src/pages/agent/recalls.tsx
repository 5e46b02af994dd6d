import type { AgentDetail, RecallPage, RecallView } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { spaced } from '../../kit/text.ts';
import { instantInWords } from '../../kit/time.ts';
import { hasOne } from '../../me.ts';
import { called } from '../../names.ts';
import { text } from '../../parts/field.tsx';
import { Act } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Row } from '../../parts/row.tsx';
import { words } from '../../words.ts';
import { agent as say } from '../../words/agent.ts';

interface Properties {
  agent: AgentDetail;
  turn: number;
  changed: (said: string) => void;
}

/** The recalls of an agent, newest first; those in force can be lifted. */
export function Recalls({ agent, turn, changed }: Properties) {
  return (
    <Loaded key={turn} read={() => recallsOf(agent.agent_id)}>
      {(found) =>
        found.length > 0 && (
          <section>
            <h2>{say.recalls}</h2>
            <ul class="rows">
              {found.map((each) => (
                <li key={each.recall_id}>
                  <Recall recall={each} changed={changed} />
                </li>
              ))}
            </ul>
          </section>
        )
      }
    </Loaded>
  );
}

function Recall({ recall, changed }: { recall: RecallView; changed: (said: string) => void }) {
  const isOver = recall.status === 'lifted';
  return (
    <Row
      summary={recall.reason}
      facts={[
        spaced(recall.status),
        recall.version === null ? say.everyVersion : words.agents.version(recall.version),
        say.by(called(recall.recalled_by), instantInWords(recall.recalled_at)),
        isOver && say.lifted(called(recall.lifted_by!), recall.lifted_for!),
      ]}
    >
      {!isOver && hasOne(['governor']) && (
        <Act<RecallView>
          label={say.lift}
          send={say.liftNow}
          about={say.aboutLift}
          fields={[{ name: 'reason', label: say.reason, kind: 'words', most: 2000 }]}
          request={(values) => ({
            method: 'POST',
            path: `/v1/recalls/${encodeURIComponent(recall.recall_id)}/lift`,
            body: { reason: text(values, 'reason') },
          })}
          done={() => changed(say.isLifted)}
        />
      )}
    </Row>
  );
}

/** The list names all agents' recalls, which are few. */
async function recallsOf(agentId: string): Promise<readonly RecallView[]> {
  const found: RecallView[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const next = cursor && `&cursor=${encodeURIComponent(cursor)}`;
    const page: RecallPage = await read<RecallPage>(`/v1/recalls?limit=100${next}`);
    found.push(...page.items.filter((each) => each.agent_id === agentId));
    cursor = page.next_cursor;
  }
  return found;
}
