import { useState } from 'preact/hooks';

import type { LineProof, LineView, UsageRootProof } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { eventOf, slabOf, type Slab, type SlabEvent } from '../../kit/slab.ts';
import { instantInWords } from '../../kit/time.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Table } from '../../parts/table.tsx';
import { addressOf } from '../../route.ts';
import { behind as say } from '../../words/plan.ts';

const RECEIPT = 'rct_';

/** What a line of usage is made of: the roots that prove it, their slabs, and the receipts and events of each. */
export function Behind({ line, of }: { line: LineView; of: string }) {
  const [isOpen, setOpen] = useState(false);
  if (!isOpen) {
    return (
      <button aria-label={`${say.open}: ${line.description}`} onClick={() => setOpen(true)}>
        {say.open}
      </button>
    );
  }
  return (
    <Loaded read={() => read<LineProof>(`${of}/lines/${encodeURIComponent(line.line_id)}/proof`)}>
      {({ usage }) => usage.map((each) => <Root of={each} />)}
    </Loaded>
  );
}

function Root({ of: proof }: { of: UsageRootProof }) {
  const { meter, period, quantity, section, root, slabs } = proof;
  return (
    <section>
      <h3>{say.root(quantity.toLocaleString(), meter, period, section)}</h3>
      <p>
        {say.overSlabs(slabs.length)} <code>{root}</code>
      </p>
      <ul class="rows">
        {slabs.map(slabOf).map((each) => (
          <li key={each.number}>
            <Opened slab={each} of={proof} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Opened({ slab, of }: { slab: Slab; of: UsageRootProof }) {
  const [isOpen, setOpen] = useState(false);
  const { number, quantity, events } = slab;
  const summary = say.slab(number, quantity.toLocaleString(), events.toLocaleString());
  if (!isOpen) {
    return (
      <>
        {summary} <button onClick={() => setOpen(true)}>{say.events(number)}</button>
      </>
    );
  }
  const path = `/v1/usage/roots/${of.period}/${encodeURIComponent(of.meter)}/proof?section=${of.section}&slab=${number}`;
  return (
    <>
      {summary}
      <Loaded read={() => read<UsageRootProof>(path)}>
        {({ opened }) => (
          <Table
            label={say.table(number)}
            heads={say.heads}
            numbersFrom={3}
            rows={(opened?.lines ?? [])
              .map((each) => eventOf(each, of.meter))
              .filter((each) => each.quantity !== null)
              .map((each) => [instantInWords(new Date(each.at).toISOString()), <Id of={each} />, each.subject, each.quantity?.toLocaleString()])}
          />
        )}
      </Loaded>
    </>
  );
}

/** The id of an event; of a receipt it leads to its page, which names the approval. */
function Id({ of: { id } }: { of: SlabEvent }) {
  return id.startsWith(RECEIPT) ? <a href={addressOf('receipts', id)}>{id}</a> : <code>{id}</code>;
}
