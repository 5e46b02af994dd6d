import type { PrecedentSeed, Probation } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { typedOf } from '../../kit/conditions.ts';
import { percent } from '../../kit/rate.ts';
import { spaced } from '../../kit/text.ts';
import { instantInWords, spanInWords } from '../../kit/time.ts';
import { called } from '../../names.ts';
import { Said, useChanged } from '../../parts/changed.tsx';
import { Act } from '../../parts/form.tsx';
import { Ids } from '../../parts/ids.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Only } from '../../parts/only.tsx';
import { Pairs } from '../../parts/pairs.tsx';
import { addressOf } from '../../route.ts';
import { words } from '../../words.ts';
import { precedents as say } from '../../words/precedents.ts';
import { NewPrecedent } from './new.tsx';

const ACTIVATES = ['governor'];
const ACTIVATED = ['draft', 'approved', 'suspended'];

/** One precedent, or the form for another one. */
export function Precedent({ id }: { id: string }) {
  return id === 'new' ? <NewPrecedent /> : <Shown id={id} />;
}

function Shown({ id }: { id: string }) {
  const { turn, said, changed } = useChanged();
  const path = `/v1/precedent-seeds/${encodeURIComponent(id)}`;
  return (
    <Loaded read={() => read<PrecedentSeed>(path)}>
      {(seed, again) => (
        <article>
          <h1 tabIndex={-1}>{seed.title}</h1>
          <p class="facts">
            <span>{seed.reference}</span>
            <span>{spaced(seed.status)}</span>
          </p>
          <Said turn={turn} said={said} />
          <PrecedentActs
            seed={seed}
            path={path}
            changed={(next, answer) => {
              changed(next);
              again(() => Promise.resolve(answer));
            }}
          />
          <Facts seed={seed} />
          {seed.probation && <OnProbation probation={seed.probation} />}
          <h2>{say.conditions}</h2>
          <ul>
            {seed.conditions.map((each) => (
              <li>{say.condition(each.field, say.ops[each.op], each.op === 'exists' && each.value === true ? '' : typedOf(each.value))}</li>
            ))}
          </ul>
          <h2>{say.rationale}</h2>
          <p>{seed.rationale}</p>
          <h2>{say.findings}</h2>
          {seed.findings.map((each) => (
            <p class={`finding ${each.verdict}`}>
              <strong>
                {each.verdict}: {spaced(each.check)}
              </strong>{' '}
              {each.evidence}
            </p>
          ))}
          <Ids of={[seed.author, seed.activated_by]} />
        </article>
      )}
    </Loaded>
  );
}

function Facts({ seed }: { seed: PrecedentSeed }) {
  return (
    <Pairs
      of={[
        [say.kind, seed.kind],
        [say.domain, say.domains[seed.domain]],
        [say.risk, words.risk[seed.max_risk]],
        [say.matches, say.times(seed.match_count, percent(seed.match_rate))],
        [say.vetoes, say.times(seed.veto_count, percent(seed.veto_rate))],
        [say.falsePositives, seed.pattern_id && percent(seed.false_positive_rate)],
        [say.saved, seed.expected_saved_seconds !== null && spanInWords(seed.expected_saved_seconds)],
        [say.author, say.by(called(seed.author), instantInWords(seed.created_at))],
        [say.activated, seed.activated_at && say.by(called(seed.activated_by!), instantInWords(seed.activated_at))],
        [say.ended, seed.ended_at && instantInWords(seed.ended_at)],
        [
          say.successor,
          seed.superseded_by && <a href={addressOf('precedents', seed.superseded_by)}>{seed.superseded_by}</a>,
        ],
        [say.recall, seed.recall_id],
        [
          say.example,
          seed.example_approval_id && (
            <a href={addressOf('approvals', seed.example_approval_id)}>{seed.example_approval_id}</a>
          ),
        ],
        [say.drafted, seed.drafted_from.join(', ')],
        [say.pattern, seed.pattern_id && <a href={addressOf('patterns', seed.pattern_id)}>{seed.pattern_id}</a>],
      ]}
    />
  );
}

function OnProbation({ probation }: { probation: Probation }) {
  return (
    <>
      <h2>{say.probation}</h2>
      <p>{say.aboutProbation(probation.reach, probation.audits_one_in)}</p>
      <Pairs
        of={[
          [say.until, probation.ends_at && instantInWords(probation.ends_at)],
          [say.audits, say.agreed(probation.agreed, probation.audited)],
        ]}
      />
    </>
  );
}

interface Properties {
  seed: PrecedentSeed;
  path: string;
  changed: (said: string, answer: PrecedentSeed) => void;
}

function PrecedentActs({ seed, path, changed }: Properties) {
  return (
    <Only roles={ACTIVATES} may={say.acts}>
      <div class="acts">
        {ACTIVATED.includes(seed.status) && (
          <Act<PrecedentSeed>
            label={say.activate}
            send={say.activateNow}
            about={say.aboutActivate}
            request={() => ({ method: 'POST', path: `${path}/activate` })}
            done={(answer) => changed(say.isActive, answer)}
          />
        )}
        {seed.status === 'active' && seed.probation && (
          <Act<PrecedentSeed>
            label={say.establish}
            send={say.establishNow}
            about={say.aboutEstablish}
            request={() => ({ method: 'POST', path: `${path}/establish` })}
            done={(answer) => changed(say.isEstablished, answer)}
          />
        )}
        {seed.status === 'active' && (
          <Act<PrecedentSeed>
            label={say.suspend}
            send={say.suspendNow}
            about={say.aboutSuspend}
            request={() => ({ method: 'POST', path: `${path}/suspend` })}
            done={(answer) => changed(say.isSuspended, answer)}
          />
        )}
      </div>
    </Only>
  );
}
