import { useState } from 'preact/hooks';

import type { MinedView, PatternPage, PatternView } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { typedOf } from '../../kit/conditions.ts';
import { percent } from '../../kit/rate.ts';
import { spaced } from '../../kit/text.ts';
import { instantInWords } from '../../kit/time.ts';
import { Said, useChanged } from '../../parts/changed.tsx';
import { Act } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Pages } from '../../parts/pages.tsx';
import { RowLink } from '../../parts/row.tsx';
import { addressOf } from '../../route.ts';
import { words } from '../../words.ts';
import { patterns as say } from '../../words/learning.ts';
import { precedents } from '../../words/precedents.ts';

const PATH = '/v1/patterns';

/** What people's decisions show, and a button that mines them. */
export function Patterns() {
  const { turn, said, changed } = useChanged();
  const [mined, setMined] = useState<MinedView | null>(null);
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.patterns}</h1>
      <p>{say.about}</p>
      <Said turn={turn} said={said} />
      <Act<MinedView>
        label={say.mine}
        send={say.mineNow}
        about={say.aboutMine}
        request={() => ({ method: 'POST', path: `${PATH}/mine` })}
        done={(answer) => {
          setMined(answer);
          changed(say.isMined(answer.pattern_ids.length));
        }}
      />
      {mined ? <Mined of={mined} /> : <LastMined />}
      <Pages<PatternView> key={turn} path={PATH} none={say.none}>
        {(pattern) => <Row pattern={pattern} />}
      </Pages>
    </>
  );
}

function LastMined() {
  return (
    <Loaded read={() => read<PatternPage>(`${PATH}?limit=1`)}>
      {({ mined }) => (mined ? <Mined of={mined} /> : <p>{say.never}</p>)}
    </Loaded>
  );
}

function Mined({ of }: { of: MinedView }) {
  return <p>{say.mined(instantInWords(of.mined_at), of.decisions, of.refused)}</p>;
}

function Row({ pattern }: { pattern: PatternView }) {
  return (
    <RowLink
      to={addressOf('patterns', pattern.id)}
      summary={nameOf(pattern)}
      facts={[
        say.support(pattern.approved, pattern.support),
        say.bound(percent(pattern.lower_bound)),
        words.risk[pattern.max_risk],
      ]}
    />
  );
}

/** A pattern in one line. */
function nameOf(pattern: PatternView): string {
  const conditions = pattern.conditions.map((each) =>
    precedents.condition(spaced(each.field.split('.').at(-1)!), precedents.ops[each.op], typedOf(each.value)),
  );
  return say.name(conditions, pattern.kind);
}
