import { useState } from 'preact/hooks';

import type { PromptComparison, PromptDetail, PromptPage, PromptView, VersionRow } from '../../api/generated.ts';
import { read, serverNow } from '../../api/call.ts';
import { dollars } from '../../kit/money.ts';
import { Days, lastDays } from '../../parts/days.tsx';
import { Field } from '../../parts/field.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Rows } from '../../parts/rows.tsx';
import { Table } from '../../parts/table.tsx';
import { addressOf } from '../../route.ts';
import { words } from '../../words.ts';
import { prompts as say } from '../../words/prompts.ts';
import { Differences } from './differences.tsx';
import { draftOf } from './draft.ts';
import { Row } from './page.tsx';

const MOST = 100;

/** All versions of a prompt, what differs between two of them, and what runs did with each. */
export function Versions({ name }: { name: string }) {
  return (
    <Loaded read={() => read<PromptPage>(`/v1/prompts?name=${encodeURIComponent(name)}&limit=${MOST}`)}>
      {({ items, next_cursor }) => (
        <>
          <h1 tabIndex={-1}>{name}</h1>
          {items.length === 0 ? (
            <p>{words.notFound}</p>
          ) : (
            <>
              {next_cursor !== null && <p>{say.newest(items.length)}</p>}
              <Rows items={items}>{(each) => <Row prompt={each} />}</Rows>
              <Compare versions={items} />
              <Fared name={name} />
            </>
          )}
        </>
      )}
    </Loaded>
  );
}

function Compare({ versions }: { versions: readonly PromptView[] }) {
  const numbers = versions.map((each) => String(each.version)).sort((one, other) => Number(other) - Number(one));
  const [before, setBefore] = useState(numbers[1] ?? '');
  const [after, setAfter] = useState(numbers[0]!);
  const options = numbers.map((each) => [each, say.version(Number(each))] as const);
  return (
    <section>
      <h2>{say.compare}</h2>
      {numbers.length === 1 ? (
        <p>{say.one}</p>
      ) : (
        <>
          <div class="search">
            <Field field={{ name: 'before', label: say.before, kind: 'one', options }} value={before} set={(each) => setBefore(each as string)} />
            <Field field={{ name: 'after', label: say.after, kind: 'one', options }} value={after} set={(each) => setAfter(each as string)} />
          </div>
          {before && after && <Compared key={`${before} ${after}`} name={versions[0]!.name} before={before} after={after} />}
        </>
      )}
    </section>
  );
}

function Compared({ name, before, after }: { name: string; before: string; after: string }) {
  const one = (number: string) => read<PromptDetail>(`/v1/prompts/${encodeURIComponent(name)}/versions/${number}`);
  return (
    <Loaded read={() => Promise.all([one(before), one(after)])}>
      {([was, is]) =>
        was.messages === null || is.messages === null ? (
          <p>{say.erased}</p>
        ) : (
          <Differences
            before={{ messages: was.messages, variables: draftOf(was, 1).variables }}
            after={{ messages: is.messages, variables: draftOf(is, 1).variables }}
          />
        )
      }
    </Loaded>
  );
}

/** What the log's receipts say of each version. */
function Fared({ name }: { name: string }) {
  const [days, setDays] = useState(30);
  return (
    <section>
      <h2>{say.did}</h2>
      <p>{say.aboutDid}</p>
      <Days label={say.days} last={say.last} days={days} set={setDays} />
      <Loaded key={days} read={() => readComparison(name, days)}>
        {({ versions }) => (versions.length === 0 ? <p>{say.noRuns}</p> : <Did versions={versions} />)}
      </Loaded>
    </section>
  );
}

function readComparison(name: string, days: number): Promise<PromptComparison> {
  return read<PromptComparison>(`/v1/prompts/${encodeURIComponent(name)}/comparison?${lastDays(days, serverNow())}`);
}

function Did({ versions }: { versions: readonly VersionRow[] }) {
  return (
    <>
      <Table
        label={say.did}
        heads={say.heads}
        numbersFrom={1}
        rows={versions.map((each) => [
          say.version(each.version),
          each.runs,
          each.questions,
          each.answered,
          each.unfit,
          each.refused,
          each.doubtful,
          (each.tokens_in + each.tokens_out).toLocaleString(),
          dollars(each.cost_usd_micros),
          say.milliseconds(each.median_ms),
        ])}
      />
      <h3>{say.plans}</h3>
      <ul>
        {versions.map((each) => (
          <li>
            {say.plansOf(each.version)}:{' '}
            {each.plans.map((plan, place) => (
              <>
                {place > 0 && ', '}
                <a href={addressOf('story', 'plan', plan)}>
                  <code>{plan.slice(0, 12)}</code>
                </a>
              </>
            ))}
          </li>
        ))}
      </ul>
      <p>{say.unknownPlans}</p>
    </>
  );
}
