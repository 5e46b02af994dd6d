import { useState } from 'preact/hooks';

import type { PolicyRecord } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { dollars } from '../../kit/money.ts';
import { spaced } from '../../kit/text.ts';
import { instantInWords, spanInWords } from '../../kit/time.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Pairs } from '../../parts/pairs.tsx';
import { Row } from '../../parts/row.tsx';
import { addressOf } from '../../route.ts';
import { words } from '../../words.ts';
import { approvalPolicy as say } from '../../words/approval-policy.ts';
import { Propose } from './propose.tsx';

/** Who decides what, and how soon; and a form that proposes another policy. */
export function ApprovalPolicy() {
  return (
    <>
      <h1 tabIndex={-1}>{words.pages['approval-policy']}</h1>
      <p>{say.about}</p>
      <Loaded read={() => read<PolicyRecord>('/v1/approvals/policy')}>
        {(policy) => (
          <>
            <ul class="rows">
              {policy.entries.map((each) => (
                <li>
                  <Entry entry={each} />
                </li>
              ))}
            </ul>
            <Others policy={policy} />
            <Proposal policy={policy} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Entry({ entry }: { entry: PolicyRecord['entries'][number] }) {
  const { rule, deadline_seconds: deadline, shortest_deadline_seconds: shortest, silence_approves: silence } = entry;
  const from = entry.min_amount_usd_micros;
  return (
    <Row
      summary={say.requests(entry.kind, words.risk[entry.min_risk], from > 0 ? dollars(from) : null)}
      facts={[
        say.decide[rule.kind](rule.of.map(({ role, principal }) => (role === null ? principal : spaced(role))).join(', '), rule.m ?? 0),
        deadline === null ? say.ownDeadline : say.within(spanInWords(deadline)),
        shortest !== null && say.atLeast(spanInWords(shortest)),
        silence.length > 0 && say.silenceFor(silence.join(', ')),
      ]}
    />
  );
}

function Others({ policy }: { policy: PolicyRecord }) {
  const { passkey } = policy;
  const signed = [
    passkey.from_risk && say.passkeys.from(words.risk[passkey.from_risk]),
    passkey.irreversible && say.passkeys.irreversible,
    passkey.break_glass && say.passkeys.glass,
  ].filter(Boolean);
  return (
    <Pairs
      of={[
        [say.passkey, signed.join(', ') || say.passkeys.none],
        [say.reading, policy.words_per_minute === null ? say.anySpeed : say.aMinute(policy.words_per_minute)],
        [say.waits, policy.veto_waits_for_device ? say.yes : say.no],
        [
          say.version,
          policy.changed_at === null
            ? say.builtIn
            : say.by(policy.version, policy.proposed_by ?? '', instantInWords(policy.changed_at)),
        ],
        [
          say.approval,
          policy.approval_id && <a href={addressOf('approvals', policy.approval_id)}>{policy.approval_id}</a>,
        ],
      ]}
    />
  );
}

function Proposal({ policy }: { policy: PolicyRecord }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div class="act">
      <button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {say.propose}
      </button>
      {isOpen && <Propose policy={policy} />}
    </div>
  );
}
