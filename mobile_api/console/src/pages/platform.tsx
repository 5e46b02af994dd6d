import type { BudgetView, HealthView, LimitView, MetricsView } from '../api/generated.ts';
import { read } from '../api/call.ts';
import { dollars } from '../kit/money.ts';
import { instantInWords } from '../kit/time.ts';
import { Said, useChanged } from '../parts/changed.tsx';
import { Act } from '../parts/form.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { Table } from '../parts/table.tsx';
import { words } from '../words.ts';
import { health as say } from '../words/health.ts';
import { budgets } from '../words/tenant.ts';
import { LIMIT, limitOf, Periods } from './budgets/periods.tsx';

const BUDGET = '/v1/budgets/platform';

/** The whole platform, for its admins: what is late, who signed up, and its budget. */
export function Platform() {
  const { turn, said, changed } = useChanged();
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.platform}</h1>
      <Loaded read={() => read<HealthView>('/v1/health')}>
        {(health) => (
          <>
            <p class={health.status === 'ok' ? 'healthy' : 'degraded'}>{say.late[health.status]}</p>
            {health.functions.length > 0 && (
              <Table
                label={say.functions}
                heads={say.lateHeads}
                rows={health.functions.map((each) => [
                  each.function,
                  each.late_events,
                  each.late_since && instantInWords(each.late_since),
                ])}
              />
            )}
          </>
        )}
      </Loaded>
      <h2>{say.signUps}</h2>
      <Loaded read={() => read<MetricsView>('/v1/metrics')}>
        {(metrics) => (
          <Pairs
            of={[
              [say.tenants, String(metrics.tenants)],
              [say.people, String(metrics.principals)],
            ]}
          />
        )}
      </Loaded>
      <h2>{say.budget}</h2>
      <Said turn={turn} said={said} />
      <Act<LimitView>
        label={budgets.set}
        send={budgets.setNow}
        about={budgets.aboutSet}
        fields={[LIMIT]}
        request={(values) => limitOf(BUDGET, values)}
        done={(set) => changed(budgets.isSet(dollars(set.limit_usd_micros)))}
      />
      <Loaded key={turn} read={() => read<BudgetView>(BUDGET)}>
        {(budget) => <Periods name={budgets.platform} of={[budget]} />}
      </Loaded>
    </>
  );
}
