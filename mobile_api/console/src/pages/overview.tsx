import type { Dashboard } from '../api/generated.ts';
import { read } from '../api/call.ts';
import { dollars } from '../kit/money.ts';
import { CardLink } from '../parts/card-link.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Scarce } from '../parts/scarce.tsx';
import { addressOf } from '../route.ts';
import { words } from '../words.ts';

export function Overview() {
  const say = words.overview;
  return (
    <>
      <h1 tabIndex={-1}>{words.pages['']}</h1>
      <Loaded read={() => read<Dashboard>('/v1/mobile/dashboard')}>
        {(shown) => (
          <>
            <ul class="counts">
              <li>
                <a href={addressOf('approvals')}>
                  <strong>{shown.pending_approvals}</strong> {say.pending}
                </a>
              </li>
              <li>
                <a href={addressOf('approvals')}>
                  <strong>{shown.open_veto_windows}</strong> {say.veto}
                </a>
              </li>
              <li>
                <a href={addressOf('agents')}>
                  <strong>{shown.active_agents}</strong> {say.agents}
                </a>
              </li>
            </ul>
            {shown.budget && (
              <p class={`budget ${shown.budget.state}`}>
                {say.spend(dollars(shown.budget.spent_usd_micros), dollars(shown.budget.limit_usd_micros))}
              </p>
            )}
            <Scarce />
            <p class={shown.health.status}>{say.health[shown.health.status]}</p>
            <h2>{say.vetoes}</h2>
            {shown.recent_vetoes.length === 0 && <p>{words.nothingHere}</p>}
            <ul class="rows">
              {shown.recent_vetoes.map((each) => (
                <li>
                  <CardLink card={each} />
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </>
  );
}
