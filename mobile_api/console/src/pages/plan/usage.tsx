import { useState } from 'preact/hooks';

import type { MeterList, MeterView, Usage } from '../../api/generated.ts';
import { read, serverNow } from '../../api/call.ts';
import { daysOf, monthsUntil, type Month } from '../../kit/days.ts';
import { Bars } from '../../parts/bars.tsx';
import { Field } from '../../parts/field.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Table } from '../../parts/table.tsx';
import { words } from '../../words.ts';
import { usage as say } from '../../words/plan.ts';

const MONTHS = 6;

/** What was used of one meter on each day of a month. */
export function UsageByDay() {
  return (
    <section>
      <h2>{say.title}</h2>
      <Loaded read={() => read<MeterList>('/v1/usage/meters')}>{({ items }) => <Chosen meters={items} />}</Loaded>
    </section>
  );
}

function Chosen({ meters }: { meters: readonly MeterView[] }) {
  const months = monthsUntil(serverNow(), MONTHS);
  const [name, setName] = useState(meters[0]?.name ?? '');
  const [monthName, setMonth] = useState(months[0]!.name);
  const meter = meters.find((each) => each.name === name);
  const month = months.find((each) => each.name === monthName);
  const labels = months.map((each, back) => [each.name, back === 0 ? say.thisMonth(each.name) : each.name] as const);
  return (
    <>
      <div class="search">
        <Field
          field={{ name: 'meter', label: say.meter, kind: 'one', options: meters.map((each) => [each.name, say.meterName(each.name, each.unit)]) }}
          value={name}
          set={(value) => setName(value as string)}
        />
        <Field
          field={{ name: 'month', label: say.month, kind: 'one', options: labels }}
          value={monthName}
          set={(value) => setMonth(value as string)}
        />
      </div>
      {meter?.description && <p>{meter.description}</p>}
      {meter && month && <Days key={`${name} ${monthName}`} meter={meter} month={month} />}
    </>
  );
}

function Days({ meter, month }: { meter: MeterView; month: Month }) {
  const isOver = Date.parse(month.to) <= serverNow();
  const times = isOver ? `&from=${month.from}&to=${month.to}` : '';
  const path = `/v1/usage?meter=${encodeURIComponent(meter.name)}&group_by=day${times}`;
  return (
    <Loaded read={() => read<Usage>(path)}>
      {(found, again) => {
        const days = daysOf(found.items, found.since, found.until);
        const total = days.reduce((sum, each) => sum + each.quantity, 0);
        return (
          <>
            {!found.is_whole && (
              <p>
                {say.partly} <button onClick={() => again(() => read<Usage>(path))}>{words.again}</button>
              </p>
            )}
            {found.items.length === 0 ? (
              <p>{say.none}</p>
            ) : (
              <>
                <Bars of={days.map((each) => ({ spent: each.quantity, held: 0, limit: null }))} />
                <p>
                  {say.total(total.toLocaleString(), meter.unit)} {say.about}
                </p>
                <Table
                  label={say.table(meter.name, month.name)}
                  heads={[say.day, meter.unit, say.events]}
                  numbersFrom={1}
                  rows={found.items.map((each) => [each.since?.slice(0, 10), each.quantity.toLocaleString(), each.events.toLocaleString()])}
                />
              </>
            )}
          </>
        );
      }}
    </Loaded>
  );
}
