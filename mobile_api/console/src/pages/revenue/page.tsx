import { useState } from 'preact/hooks';

import type { KpisView } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { dollarsOfCents, centsOf } from '../../kit/money.ts';
import { share } from '../../kit/rate.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Pairs } from '../../parts/pairs.tsx';
import { words } from '../../words.ts';
import { revenue as say } from '../../words/revenue.ts';
import { Margins } from './margins.tsx';
import { Churned, Movements } from './movements.tsx';

/** What the platform's tenants bring in, and what they cost, for its admins. */
export function Revenue() {
  const [cac, setCac] = useState('');
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.revenue}</h1>
      <Loaded read={() => read<KpisView>('/v1/kpis')}>
        {(month, again) => (
          <>
            <Asked month={month.month} cac={cac} setCac={setCac} ask={(path) => again(() => read<KpisView>(path))} />
            <Figures of={month} />
            <Movements of={month.months} />
            <Churned of={month.churned} />
            <Margins of={month} />
          </>
        )}
      </Loaded>
    </>
  );
}

interface AskedProperties {
  month: string;
  cac: string;
  setCac: (typed: string) => void;
  ask: (path: string) => void;
}

/** Which month is shown, and what winning a tenant costs, which nobody here counts. */
function Asked({ month, cac, setCac, ask }: AskedProperties) {
  const [chosen, setChosen] = useState(month);
  const [isWrong, setWrong] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    const amount = centsOf(cac);
    setWrong(cac.trim() !== '' && !amount);
    if (cac.trim() !== '' && !amount) return;
    const query = new URLSearchParams({ month: chosen, ...(amount ? { cac_cents: String(amount) } : {}) });
    ask(`/v1/kpis?${query}`);
  };
  return (
    <form onSubmit={submit}>
      <div class="field">
        <label>
          {say.month}
          <input
            type="month"
            required
            pattern="\d{4}-\d{2}"
            value={chosen}
            onInput={(event) => setChosen(event.currentTarget.value)}
          />
        </label>
      </div>
      <div class="field">
        <label>
          {say.cac} <small>{words.form.optional}</small>
          <input
            type="text"
            inputMode="decimal"
            autocomplete="off"
            value={cac}
            maxLength={12}
            aria-invalid={isWrong || undefined}
            aria-describedby="cac-hint"
            onInput={(event) => setCac(event.currentTarget.value)}
          />
        </label>
        <small id="cac-hint">{say.cacHint}</small>
        {isWrong && (
          <span class="wrong" role="alert">
            {say.noAmount}
          </span>
        )}
      </div>
      <button>{say.show}</button>
    </form>
  );
}

function Figures({ of: month }: { of: KpisView }) {
  const name = say.names;
  const money = (amount: number | null) => (amount === null ? say.unknown : dollarsOfCents(amount));
  const ratio = (points: number | null) => (points === null ? say.unknown : share(points));
  const { ltv_to_cac_basis_points: ltvToCac, payback_months: payback } = month;
  return (
    <>
      <h2 aria-live="polite">{month.is_over ? say.whole(month.month) : say.soFar(month.month)}</h2>
      <Pairs
        of={[
          [name.mrr, dollarsOfCents(month.mrr_cents)],
          [name.arr, dollarsOfCents(month.arr_cents)],
          [name.paying, say.was(month.paying, month.paying_at_start)],
          [name.arpa, money(month.arpa_cents)],
          [name.nrr, ratio(month.nrr_basis_points)],
          [name.churn, ratio(month.churn_basis_points)],
          [name.upgrades, String(month.upgrades)],
          [name.downgrades, String(month.downgrades)],
          [name.ltv, money(month.ltv_cents)],
          ...(ltvToCac === null ? [] : [[name.ltvToCac, say.times((ltvToCac / 10_000).toFixed(2))] as const]),
          ...(payback === null ? [] : [[name.payback, String(payback)] as const]),
        ]}
      />
    </>
  );
}
