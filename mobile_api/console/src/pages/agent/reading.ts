import type { AgentDetail, CreationCaseView } from '../../api/generated.ts';
import { read } from '../../api/call.ts';

export interface Found {
  readonly agent: AgentDetail;
  readonly newest: CreationCaseView;
}

/** An agent with its newest case. Throws as `read` does. */
export async function readAgent(id: string): Promise<Found> {
  const agent = await read<AgentDetail>(`/v1/agents/${encodeURIComponent(id)}`);
  const newest = await read<CreationCaseView>(`/v1/workflows/${encodeURIComponent(agent.last_case_id)}`);
  return { agent, newest };
}
