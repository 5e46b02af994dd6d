import type { Agent } from '../api/generated.ts';
import { dollars } from '../kit/money.ts';
import { spaced } from '../kit/text.ts';
import { Pages } from '../parts/pages.tsx';
import { RowLink } from '../parts/row.tsx';
import { addressOf } from '../route.ts';
import { words } from '../words.ts';

export function Agents() {
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.agents}</h1>
      <p>
        <a class="button" href={addressOf('agents', 'new')}>
          {words.agents.submit}
        </a>
      </p>
      <Pages<Agent> path="/v1/mobile/agents" none={words.nothingHere}>
        {(agent) => (
          <RowLink
            to={addressOf('agents', agent.agent_id)}
            summary={agent.name}
            facts={[
              spaced(agent.status),
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
