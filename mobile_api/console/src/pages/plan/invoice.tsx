import { useState } from 'preact/hooks';

import type { InvoiceView, LineView } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { dollarsOfCents } from '../../kit/money.ts';
import { instantInWords } from '../../kit/time.ts';
import { Loaded, Trouble } from '../../parts/loaded.tsx';
import { Pairs } from '../../parts/pairs.tsx';
import { Row } from '../../parts/row.tsx';
import { saveFile } from '../../parts/save.ts';
import { addressOf } from '../../route.ts';
import { invoices as say } from '../../words/plan.ts';
import { Behind } from './behind.tsx';

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
          <ul class="rows">
            {invoice.lines.map((each) => (
              <li key={each.line_id}>
                <Line line={each} of={path} />
              </li>
            ))}
          </ul>
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

function Line({ line, of }: { line: LineView; of: string }) {
  const { description, period, quantity, cents } = line;
  const proof = `${of}/lines/${encodeURIComponent(line.line_id)}/proof`;
  return (
    <Row
      summary={`${description}, ${dollarsOfCents(cents)}`}
      facts={[
        say.period(instantInWords(period.start), instantInWords(period.end)),
        quantity !== null && say.quantity(quantity.toLocaleString()),
      ]}
    >
      {!line.agrees && <p class="caution">{say.disagrees}</p>}
      {line.usage && <Proof line={line} path={proof} />}
      {line.usage && <Behind line={line} path={proof} />}
    </Row>
  );
}

/** A button that saves the proof of a line of usage. */
function Proof({ line, path }: { line: LineView; path: string }) {
  const [said, setSaid] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const save = () => {
    const file = `${line.line_id}.json`;
    setProblem(undefined);
    read<unknown>(path).then((proof) => {
      saveFile(file, proof);
      setSaid(say.isSaved(file));
    }, setProblem);
  };
  return (
    <>
      <button aria-label={`${say.proof}: ${line.description}`} onClick={save}>
        {say.proof}
      </button>
      <small>{say.aboutProof}</small>
      <p role="status" class="said">
        {said}
      </p>
      {problem !== undefined && <Trouble problem={problem} />}
    </>
  );
}
