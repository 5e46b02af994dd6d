import type { BudgetPage, BudgetView, LimitView } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { dollars } from '../../kit/money.ts';
import { called } from '../../names.ts';
import { Said, useChanged } from '../../parts/changed.tsx';
import { text } from '../../parts/field.tsx';
import { Act } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Only } from '../../parts/only.tsx';
import { addressOf } from '../../route.ts';
import { words } from '../../words.ts';
import { budgets as say } from '../../words/tenant.ts';
import { LIMIT, limitOf, Periods } from './periods.tsx';

const SETS = ['governor'];

/** What was spent of each budget, period by period, and a form for its limit. */
export function Budgets() {
  const { turn, said, changed } = useChanged();
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.budgets}</h1>
      <p>{say.about}</p>
      <Said turn={turn} said={said} />
      <Only roles={SETS} may={say.acts}>
        <Act<LimitView>
          label={say.set}
          send={say.setNow}
          about={say.aboutSet}
          fields={[{ name: 'scope', label: say.whose, hint: say.whoseHint }, LIMIT]}
          start={{ scope: 'tenant' }}
          request={(values) => limitOf(`/v1/budgets/${encodeURIComponent(text(values, 'scope'))}`, values)}
          done={(set) => changed(say.isSet(dollars(set.limit_usd_micros)))}
        />
      </Only>
      <Loaded key={turn} read={() => readPage(null)}>
        {(page, again) => (
          <>
            {page.items.length === 0 && <p>{say.none}</p>}
            {[...byScope(page.items)].map(([scope, periods]) => (
              <section key={scope}>
                <h2>{scope.startsWith('agt_') ? <a href={addressOf('agents', scope)}>{nameOf(scope)}</a> : nameOf(scope)}</h2>
                <Periods name={nameOf(scope)} of={periods} />
              </section>
            ))}
            {page.next_cursor !== null && (
              <button onClick={() => again(() => readPage(page))}>{words.more}</button>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}

/** The first page, or what a page has with the one after it. */
async function readPage(before: BudgetPage | null): Promise<BudgetPage> {
  const cursor = before?.next_cursor ? `&cursor=${encodeURIComponent(before.next_cursor)}` : '';
  const page = await read<BudgetPage>(`/v1/budgets?limit=100${cursor}`);
  return { ...page, items: [...(before?.items ?? []), ...page.items] };
}

/** The budgets of each scope, the tenant's first. */
function byScope(budgets: readonly BudgetView[]): ReadonlyMap<string, readonly BudgetView[]> {
  const found = Map.groupBy(budgets, (each) => each.scope);
  return new Map([...found].sort(([one], [other]) => Number(other === 'tenant') - Number(one === 'tenant')));
}

function nameOf(scope: string): string {
  if (scope === 'tenant') return say.tenant;
  return scope.startsWith('key_') ? say.key(scope) : say.agent(called(scope));
}
