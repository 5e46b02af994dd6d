import type { KpisView } from '../../api/generated.ts';
import { dollarsOfCents, roughly } from '../../kit/money.ts';
import { share } from '../../kit/rate.ts';
import { bytesInWords } from '../../kit/sizes.ts';
import { Table } from '../../parts/table.tsx';
import { revenue as say } from '../../words/revenue.ts';

/** What is left of what was earned: by plan, and by tenant. */
export function Margins({ of: month }: { of: KpisView }) {
  const units = month.unit_costs;
  const whole = month.gross_after_shared_basis_points;
  return (
    <>
      <h2>{say.margins}</h2>
      <p>{say.marginsAbout(units.measured_on, units.priced_on)}</p>
      <p>
        {say.shared(roughly(month.shared_usd_micros))} {whole !== null && say.left(share(whole))}
      </p>
      {month.tenants.length === 0 ? (
        <p>{say.none}</p>
      ) : (
        <>
          <h3>{say.byPlan}</h3>
          <Table
            label={say.byPlan}
            heads={say.planHeads}
            numbersFrom={1}
            rows={month.plans.map((each) => [
              each.plan,
              each.tenants,
              dollarsOfCents(each.revenue_cents),
              roughly(each.cost_usd_micros),
              shareOr(each.gross_basis_points),
            ])}
          />
          <h3>{say.byTenant}</h3>
          <Table
            label={say.byTenant}
            heads={say.tenantHeads}
            numbersFrom={2}
            rows={month.tenants.map((each) => [
              <code>{each.tenant_id}</code>,
              each.plan,
              <>
                {shareOr(each.gross_basis_points)}{' '}
                {each.is_low && <span class="budget exhausted">{say.low}</span>}
              </>,
              dollarsOfCents(each.mrr_cents),
              dollarsOfCents(each.revenue_cents),
              roughly(each.cost_usd_micros),
              roughly(each.models_usd_micros),
              each.executions,
              each.api_calls ?? say.unknown,
              bytesInWords(each.stored_bytes),
            ])}
          />
          {month.left_out > 0 && <p>{say.leftOut(month.left_out)}</p>}
        </>
      )}
    </>
  );
}

function shareOr(points: number | null): string {
  return points === null ? say.nothingEarned : share(points);
}
