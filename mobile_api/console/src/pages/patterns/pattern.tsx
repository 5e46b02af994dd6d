import type { PatternView, PrecedentSeed } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { typedOf } from '../../kit/conditions.ts';
import { percent } from '../../kit/rate.ts';
import { instantInWords, spanInWords } from '../../kit/time.ts';
import { Act } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Pairs } from '../../parts/pairs.tsx';
import { addressOf, go } from '../../route.ts';
import { words } from '../../words.ts';
import { patterns as say } from '../../words/learning.ts';
import { precedents } from '../../words/precedents.ts';

/** One pattern: what it says, what speaks for it and what against. */
export function Pattern({ id }: { id: string }) {
  const path = `/v1/patterns/${encodeURIComponent(id)}`;
  return (
    <Loaded read={() => read<PatternView>(path)}>
      {(pattern) => (
        <article>
          <h1 tabIndex={-1}>{say.title(pattern.kind)}</h1>
          {pattern.status === 'lost' && <p>{say.lost}</p>}
          <h2>{say.conditions}</h2>
          <ul>
            {pattern.conditions.map((each, place) => {
              const kept = pattern.kept_out.find((one) => one.condition === place);
              return (
                <li>
                  {precedents.condition(each.field, precedents.ops[each.op], typedOf(each.value))}
                  {kept && say.keptOut(kept.refused)}
                </li>
              );
            })}
          </ul>
          <Facts pattern={pattern} />
          <Against pattern={pattern} />
          {pattern.status === 'found' && (
            <Act<PrecedentSeed>
              label={say.drafts}
              send={say.draftNow}
              about={say.aboutDraft}
              request={() => ({ method: 'POST', path: `${path}/draft` })}
              done={(made) => go(addressOf('precedents', made.seed_id))}
            />
          )}
        </article>
      )}
    </Loaded>
  );
}

function Facts({ pattern }: { pattern: PatternView }) {
  const { facts } = say;
  const { holdout } = pattern;
  return (
    <Pairs
      of={[
        [facts.support, say.support(pattern.approved, pattern.support)],
        [facts.bound, facts.bounded(percent(pattern.lower_bound))],
        [facts.holdout, say.support(holdout.approved, holdout.decisions)],
        [facts.risk, words.risk[pattern.max_risk]],
        [facts.waited, spanInWords(pattern.waited_seconds)],
        [facts.time, facts.span(instantInWords(pattern.since), instantInWords(pattern.until))],
        [facts.example, <Approval id={pattern.example_approval_id} />],
        [facts.found, instantInWords(pattern.found_at)],
        [facts.lost, pattern.lost_at && instantInWords(pattern.lost_at)],
      ]}
    />
  );
}

function Against({ pattern }: { pattern: PatternView }) {
  const more = pattern.exception_count - pattern.exceptions.length;
  const kept = [...new Set(pattern.kept_out.flatMap((each) => each.approval_ids))].slice(0, 10);
  return (
    <>
      <h2>{say.exceptions}</h2>
      {pattern.exception_count === 0 ? (
        <p>{say.noExceptions}</p>
      ) : (
        <>
          <p>{say.aboutExceptions}</p>
          <Approvals ids={pattern.exceptions} />
          {more > 0 && <p>{say.moreExceptions(more)}</p>}
        </>
      )}
      {kept.length > 0 && (
        <>
          <h2>{say.counter}</h2>
          <Approvals ids={kept} />
        </>
      )}
    </>
  );
}

function Approvals({ ids }: { ids: readonly string[] }) {
  return (
    <ul>
      {ids.map((id) => (
        <li key={id}>
          <Approval id={id} />
        </li>
      ))}
    </ul>
  );
}

function Approval({ id }: { id: string }) {
  return <a href={addressOf('approvals', id)}>{id}</a>;
}
