import type { ReceiptAwaited, ReceiptProof, SignedReceipt } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import type { Json } from '../../kit/canonical.ts';
import { PARTS, verifyReceipt, type Verified } from '../../kit/receipt.ts';
import { instantInWords } from '../../kit/time.ts';
import { whoActs } from '../../me.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Value } from '../../parts/value.tsx';
import { addressOf } from '../../route.ts';
import { receipts as say } from '../../words/receipts.ts';

interface Found {
  readonly signed: SignedReceipt;
  readonly proof: ReceiptProof | null;
  readonly dueAt: string | null;
  readonly verified: Verified;
}

/** A receipt, verified in this browser, and in words what that proves and what it does not. */
export function ReceiptPage({ id }: { id: string }) {
  return (
    <Loaded read={() => readVerified(id)}>
      {(found, again) => <Shown {...found} again={() => again(() => readVerified(id))} />}
    </Loaded>
  );
}

async function readVerified(id: string): Promise<Found> {
  const path = `/v1/receipts/${encodeURIComponent(id)}`;
  const [signed, proof, { tenant }] = await Promise.all([
    read<SignedReceipt>(path),
    read<ReceiptProof | ReceiptAwaited>(`${path}/proof`),
    whoActs(),
  ]);
  const isProved = 'proof' in proof;
  const given = isProved ? proof : { envelope: signed.envelope, keys: signed.keys, proof: null };
  const verified = await verifyReceipt(given, { tenant: tenant?.tenant_id ?? '', receiptId: id });
  return { signed, proof: isProved ? proof : null, dueAt: isProved ? null : proof.due_at, verified };
}

function Shown({ signed, proof, dueAt, verified, again }: Found & { again: () => void }) {
  const { receipt } = signed;
  const verdict = verdictOf(verified);
  // Nobody reads as proved what is not: the fields are those of the statement that was verified.
  const said = verified.said ?? (receipt as unknown as Record<string, Json>);
  const kept = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null));
  return (
    <article>
      <h1 tabIndex={-1}>
        {say.one}: {String(said['operation'])}, {say.outcome[said['outcome'] as keyof typeof say.outcome]}
      </h1>
      <p class={`seal ${verdict === 'broken' ? 'other' : ''}`} role={verdict === 'broken' ? 'alert' : 'status'}>
        {say.verdict[verdict]} {dueAt && say.due(instantInWords(dueAt))}
      </p>
      <p class="links">
        {'run_id' in receipt && receipt.run_id && <a href={addressOf('runs', receipt.run_id)}>{say.run}</a>}
        {'approval_id' in receipt && receipt.approval_id && <a href={addressOf('approvals', receipt.approval_id)}>{say.approval}</a>}
      </p>
      <section>
        <h2>{say.checked}</h2>
        <ul class="checks">
          {PARTS.map((part) => (
            <li class={verified.results[part]}>
              {say.parts[part]}: <strong>{say.results[verified.results[part]]}</strong>
            </li>
          ))}
        </ul>
        {verified.number !== null && verified.size !== null && <p>{say.covers(verified.number, verified.size)}</p>}
        {verified.signers.length > 0 && (
          <p class="seal">
            {say.keys}
            {verified.signers.map((each) => (
              <code>{each}</code>
            ))}
          </p>
        )}
        <button onClick={again}>{say.again}</button>
      </section>
      <section>
        <h2>{say.notProved}</h2>
        <ul>
          {say.limits.map((each) => (
            <li>{each}</li>
          ))}
        </ul>
      </section>
      <section>
        <h2>{verified.said === null ? say.unverified : say.says}</h2>
        <Value value={kept} />
      </section>
      <details>
        <summary>{say.envelope}</summary>
        <pre tabIndex={0}>{JSON.stringify(proof ?? signed, null, 1)}</pre>
      </details>
    </article>
  );
}

/** The whole in one word: `signed` where no checkpoint covers it yet. */
function verdictOf({ results }: Verified): keyof typeof say.verdict {
  const found = PARTS.map((part) => results[part]);
  if (found.includes('broken')) return 'broken';
  if (found.includes('cannot')) return 'cannot';
  return results.inclusion === 'holds' ? 'proved' : 'signed';
}
