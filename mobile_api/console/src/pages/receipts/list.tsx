import type { RecordedProgramReceipt, RecordedReceipt } from '../../api/generated.ts';
import { dollars } from '../../kit/money.ts';
import { instantInWords } from '../../kit/time.ts';
import { Pages } from '../../parts/pages.tsx';
import { addressOf } from '../../route.ts';
import { words } from '../../words.ts';
import { receipts as say } from '../../words/receipts.ts';

type Receipt = RecordedReceipt | RecordedProgramReceipt;

/** The receipts of a run, or all of them, newest first. */
export function Receipts({ id: runId }: { id: string }) {
  const query = runId && `run_id=${encodeURIComponent(runId)}&`;
  return (
    <>
      <h1 tabIndex={-1}>{runId ? say.ofRun : words.pages.receipts}</h1>
      {runId && (
        <p class="links">
          <a href={addressOf('runs', runId)}>{say.run}</a>
        </p>
      )}
      <Pages<Receipt> path={`/v1/receipts?${query}limit=50`} none={say.none}>
        {(receipt) => (
          <a class="card-link" href={addressOf('receipts', receipt.receipt_id)}>
            <span class="summary">
              {'step' in receipt && receipt.step ? `${receipt.step} · ` : ''}
              {receipt.operation}
            </span>
            <span class="facts">
              <span class={`run ${receipt.outcome}`}>{say.outcome[receipt.outcome]}</span>
              {'attempt' in receipt && <span>{say.attempt(receipt.attempt)}</span>}
              <span>{dollars(receipt.cost_usd_micros)}</span>
              <span>{instantInWords(receipt.at)}</span>
            </span>
          </a>
        )}
      </Pages>
    </>
  );
}
