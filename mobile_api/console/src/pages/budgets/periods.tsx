import type { BudgetView } from '../../api/generated.ts';
import type { Write } from '../../api/call.ts';
import { dollars, microsOf } from '../../kit/money.ts';
import { Bars } from '../../parts/bars.tsx';
import { text, type FieldEntry, type Values } from '../../parts/field.tsx';
import { Table } from '../../parts/table.tsx';
import { budgets as say } from '../../words/tenant.ts';

const HEADS = [say.period, say.state, say.spent, say.held, say.limit];

export const LIMIT: FieldEntry = { name: 'limit', label: say.dollars, hint: say.dollarsHint };

/** The call that sets a limit. Throws, in words, for what is no amount. */
export function limitOf(path: string, values: Values): Write {
  const limit = microsOf(text(values, 'limit'));
  if (limit === null) throw new Error(say.noAmount);
  return { method: 'PUT', path, body: { limit_usd_micros: limit } };
}

/** The periods of one budget, newest first in the table and last in the chart. */
export function Periods({ name, of: periods }: { name: string; of: readonly BudgetView[] }) {
  const amounts = periods.map((each) => ({
    spent: each.spent_usd_micros,
    held: each.held_usd_micros,
    limit: each.limit_usd_micros,
  }));
  return (
    <>
      <Bars of={amounts.toReversed()} />
      <Table
        label={say.table(name)}
        heads={HEADS}
        numbersFrom={2}
        rows={periods.map((each) => [
          each.period,
          <span class={`budget ${each.state}`}>{each.state}</span>,
          dollars(each.spent_usd_micros),
          dollars(each.held_usd_micros),
          dollars(each.limit_usd_micros),
        ])}
      />
    </>
  );
}
