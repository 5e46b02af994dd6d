import type { BridgeView, ChurnView } from '../../api/generated.ts';
import { dollarsOfCents } from '../../kit/money.ts';
import { waterfallOf } from '../../kit/waterfall.ts';
import { Table } from '../../parts/table.tsx';
import { revenue as say } from '../../words/revenue.ts';

const WIDTH = 480;
const HEIGHT = 120;

/** How recurring revenue moved in each month, oldest first in the chart and last in the table. */
export function Movements({ of: months }: { of: readonly BridgeView[] }) {
  return (
    <>
      <h2>{say.movements}</h2>
      <p>{say.movementsAbout}</p>
      <Chart of={months} />
      <Table
        label={say.movements}
        heads={say.movementHeads}
        numbersFrom={1}
        rows={months.toReversed().map((each) => [
          each.month,
          dollarsOfCents(each.start_cents),
          dollarsOfCents(each.new_cents),
          dollarsOfCents(each.expansion_cents),
          dollarsOfCents(each.reactivation_cents),
          dollarsOfCents(-each.contraction_cents),
          dollarsOfCents(-each.churn_cents),
          dollarsOfCents(each.end_cents),
        ])}
      />
    </>
  );
}

/** Columns for the eye; the table below them says the same. */
function Chart({ of: months }: { of: readonly BridgeView[] }) {
  const changes = months.map((each) => ({
    gained: each.new_cents + each.expansion_cents + each.reactivation_cents,
    lost: each.contraction_cents + each.churn_cents,
  }));
  const { columns, base } = waterfallOf(changes, WIDTH, HEIGHT);
  return (
    <svg class="bars" viewBox={`0 0 ${WIDTH} ${HEIGHT + 2}`} aria-hidden="true" focusable="false">
      {columns.map((each) => (
        <g>
          <rect class="spent" x={each.x} width={each.width} y={each.gained.y} height={each.gained.height} />
          <rect class="lost" x={each.x} width={each.width} y={each.lost.y} height={each.lost.height} />
        </g>
      ))}
      <line class="base" x1={0} x2={WIDTH} y1={base} y2={base} />
    </svg>
  );
}

/** Why tenants left in the month, with what left with them. */
export function Churned({ of: churned }: { of: readonly ChurnView[] }) {
  return (
    <>
      <h2>{say.churned}</h2>
      {churned.length === 0 ? (
        <p>{say.nobodyLeft}</p>
      ) : (
        <Table
          label={say.churned}
          heads={say.churnHeads}
          numbersFrom={1}
          rows={churned.map((each) => [say.reasons[each.reason], each.tenants, dollarsOfCents(each.cents)])}
        />
      )}
    </>
  );
}
