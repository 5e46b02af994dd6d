import type { Agent } from '../api/generated.ts';
import { dollars } from '../kit/money.ts';
import { Pages } from '../parts/pages.tsx';
import { Row } from '../parts/row.tsx';
import { words } from '../words.ts';

export function Agents() {
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.agents}</h1>
      <Pages<Agent> path="/v1/mobile/agents" none={words.nothingHere}>
        {(agent) => (
          <Row
            summary={agent.name}
            facts={[
              agent.status,
              <span class={agent.health}>{agent.health}</span>,
              words.agents.version(agent.version),
              words.agents.spent(dollars(agent.spend.spent_usd_micros), dollars(agent.spend.limit_usd_micros)),
            ]}
          />
        )}
      </Pages>
    </>
  );
}
