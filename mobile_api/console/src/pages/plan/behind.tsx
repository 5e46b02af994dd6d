import type { ComponentChildren } from 'preact';
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

/** What a line of usage is made of, by its proof at the path: the roots that prove it, their slabs, and the receipts and events of each. */
export function Behind({ line, path }: { line: LineView; path: string }) {
  return (
    <OnRequest label={say.open} about={`${say.open}: ${line.description}`}>
      {() => <Loaded read={() => read<LineProof>(path)}>{({ usage }) => usage.map((each) => <Root of={each} />)}</Loaded>}
    </OnRequest>
  );
}

/** A button, and in its place once it was pressed what it asks for. */
function OnRequest({ label, about, children }: { label: string; about?: string; children: () => ComponentChildren }) {
  const [isOpen, setOpen] = useState(false);
  return isOpen ? (
    <>{children()}</>
  ) : (
    <button aria-label={about} onClick={() => setOpen(true)}>
      {label}
    </button>
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
  const { number, quantity, events } = slab;
  const path = `/v1/usage/roots/${of.period}/${encodeURIComponent(of.meter)}/proof?section=${of.section}&slab=${number}`;
  return (
    <>
      {say.slab(number, quantity.toLocaleString(), events.toLocaleString())}{' '}
      <OnRequest label={say.events(number)}>
        {() => (
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
        )}
      </OnRequest>
    </>
  );
}

/** The id of an event; of a receipt it leads to its page, which names the approval. */
function Id({ of: { id } }: { of: SlabEvent }) {
  return id.startsWith(RECEIPT) ? <a href={addressOf('receipts', id)}>{id}</a> : <code>{id}</code>;
}
