import { useState } from 'preact/hooks';

import type { ComparisonView, Example, Replay, TestReport, Validation } from '../../api/generated.ts';
import type { Write } from '../../api/call.ts';
import type { Json } from '../../kit/canonical.ts';
import { spaced } from '../../kit/text.ts';
import { instantInWords } from '../../kit/time.ts';
import { Form } from '../../parts/form.tsx';
import { Table } from '../../parts/table.tsx';
import { Value } from '../../parts/value.tsx';
import { words } from '../../words.ts';
import { policies as say } from '../../words/policies.ts';

export function Validated({ found }: { found: Validation }) {
  return (
    <section>
      <h3>{say.validate}</h3>
      <p role="status" class={found.valid ? 'healthy' : 'critical'}>
        {found.valid ? say.isValid : say.isInvalid}
      </p>
      <ul>
        {found.findings.map((each) => (
          <li>
            {each.severity}, {say.place(each.line, each.column)} {each.policy && <code>{each.policy}</code>}{' '}
            {each.message}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Compared({ found }: { found: ComparisonView }) {
  const { equivalent, newly_allowed: allowed, newly_denied: denied, undecided } = found;
  return (
    <section>
      <h3>{say.compare}</h3>
      <p role="status">{equivalent ? say.isEquivalent : say.differs(allowed.length, denied.length)}</p>
      <Examples title={say.newlyAllowed} of={allowed} />
      <Examples title={say.newlyDenied} of={denied} />
      {undecided.length > 0 && (
        <>
          <h4>{say.undecided}</h4>
          <p>{undecided.join(', ')}</p>
        </>
      )}
    </section>
  );
}

function Examples({ title, of: examples }: { title: string; of: readonly Example[] }) {
  if (examples.length === 0) return null;
  return (
    <>
      <h4>{title}</h4>
      {examples.map((each) => (
        <details>
          <summary>
            {say.example(each.principal_type, each.action, each.resource_type, each.before.effect, each.after.effect)}
          </summary>
          <p>{say.because(each.after.determining.join(', '))}</p>
          <Value value={each.request as unknown as Json} />
        </details>
      ))}
    </>
  );
}

export function Tested({ found }: { found: TestReport }) {
  return (
    <section>
      <h3>{say.test}</h3>
      <p role="status" class={found.failed === 0 ? 'healthy' : 'critical'}>
        {say.tested(found.passed, found.failed)}
      </p>
      <ol>
        {found.results.map((each) => (
          <li>
            {say.result(each.expect, each.effect)} {each.determining.join(', ')} {each.errors.join(' ')}
          </li>
        ))}
      </ol>
    </section>
  );
}

interface ReplayedProperties {
  found: Replay;
  more: (cursor: string) => Write;
  add: (next: Replay) => void;
}

export function Replayed({ found, more, add }: ReplayedProperties) {
  const [isMore, setMore] = useState(false);
  return (
    <section>
      <h3>{say.replay}</h3>
      <p role="status">{say.replayed(found.replayed, found.flipped)}</p>
      {Object.entries(found.not_replayable).map(([reason, count]) => (
        <p>{say.notReplayed(count, spaced(reason))}</p>
      ))}
      {found.flips.length > 0 && (
        <Table
          label={say.flips}
          heads={say.flipHeads}
          rows={found.flips.map((each) => [
            instantInWords(each.at),
            each.principal,
            each.action,
            each.resource,
            say.flip(each.was, each.now),
            each.because.join(', '),
          ])}
        />
      )}
      {found.next_cursor !== null && (
        <Form<Replay>
          key={found.next_cursor}
          send={isMore ? words.more : say.replayMore}
          request={() => more(found.next_cursor!)}
          done={(next) => {
            setMore(true);
            add(next);
          }}
        />
      )}
    </section>
  );
}
