import { useState } from 'preact/hooks';

import type { InvoiceView, LineView } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { dollarsOfCents } from '../../kit/money.ts';
import { instantInWords } from '../../kit/time.ts';
import { Loaded, Trouble } from '../../parts/loaded.tsx';
import { Pairs } from '../../parts/pairs.tsx';
import { saveFile } from '../../parts/save.ts';
import { Table } from '../../parts/table.tsx';
import { addressOf } from '../../route.ts';
import { invoices as say } from '../../words/plan.ts';

/** One invoice with its lines. */
export function InvoicePage({ id }: { id: string }) {
  const path = `/v1/invoices/${encodeURIComponent(id)}`;
  return (
    <Loaded read={() => read<InvoiceView>(path)}>
      {(invoice) => (
        <article>
          <h1 tabIndex={-1}>{say.one(invoice.number)}</h1>
          <p class="links">
            <a href={addressOf('plan')}>{say.plan}</a>
            {invoice.url && (
              <a href={invoice.url} rel="noreferrer">
                {say.atStripe}
              </a>
            )}
          </p>
          <Facts invoice={invoice} />
          <h2>{say.lines}</h2>
          <Table
            label={say.lines}
            heads={say.heads}
            numbersFrom={2}
            rows={invoice.lines.map((each) => [
              each.description,
              say.period(instantInWords(each.period.start), instantInWords(each.period.end)),
              each.quantity?.toLocaleString(),
              dollarsOfCents(each.cents),
            ])}
          />
          <Proofs path={path} lines={invoice.lines.filter(countsUsage)} />
        </article>
      )}
    </Loaded>
  );
}

function Facts({ invoice }: { invoice: InvoiceView }) {
  const { facts } = say;
  return (
    <Pairs
      of={[
        [facts.status, say.status[invoice.status]],
        [facts.of, instantInWords(invoice.created_at)],
        [facts.total, dollarsOfCents(invoice.total_cents)],
        [facts.paid, dollarsOfCents(invoice.paid_cents)],
        [facts.due, dollarsOfCents(invoice.due_cents)],
        [facts.attempts, invoice.attempts > 0 ? invoice.attempts : null],
        [facts.next, invoice.next_attempt_at && instantInWords(invoice.next_attempt_at)],
      ]}
    />
  );
}

function countsUsage(line: LineView): boolean {
  return Boolean((line as LineView & { usage?: { period?: string } | null }).usage?.period);
}

/** Buttons that save the proof of each line of usage. */
function Proofs({ path, lines }: { path: string; lines: readonly LineView[] }) {
  const [said, setSaid] = useState('');
  const [problem, setProblem] = useState<unknown>();
  if (lines.length === 0) return null;
  const save = (line: LineView) => {
    const file = `${line.line_id}.json`;
    setProblem(undefined);
    read<unknown>(`${path}/lines/${encodeURIComponent(line.line_id)}/proof`).then((proof) => {
      saveFile(file, proof);
      setSaid(say.isSaved(file));
    }, setProblem);
  };
  return (
    <section>
      <h2>{say.proofs}</h2>
      <p>{say.aboutProofs}</p>
      <ul class="choices">
        {lines.map((each) => (
          <li>
            <button onClick={() => save(each)}>{say.save(each.description)}</button>
          </li>
        ))}
      </ul>
      <p role="status" class="said">
        {said}
      </p>
      {problem !== undefined && <Trouble problem={problem} />}
    </section>
  );
}
