import { useEffect, useState } from 'preact/hooks';

import { ask, Problem } from '../../api/call.ts';
import type { CardDetail, NearestRules } from '../../api/generated.ts';
import { card as say } from '../../words/card.ts';

/** The sentences to read first, once a model has found them. The card is whole without: where there is no model, no connection
 * or no right to ask, nothing is here. */
export function First({ card }: { card: CardDetail }) {
  const [found, setFound] = useState<NearestRules>();
  const [isTooLong, setTooLong] = useState(false);
  useEffect(() => {
    let isShown = true;
    const asked = { content: card.content, subject_type: card.subject.type };
    ask<NearestRules>('/v1/knowledge/nearest-rules', asked).then(
      (answer) => isShown && setFound(answer),
      (problem: unknown) => isShown && setTooLong(problem instanceof Problem && problem.status === 422),
    );
    return () => {
      isShown = false;
    };
  }, []);
  if (isTooLong) return <p class="warning">{say.first.tooLong}</p>;
  if (found === undefined || (found.items.length === 0 && found.not_english === 0)) return null;
  return (
    <section class="first" aria-label={say.first.title}>
      <h2>{say.first.title}</h2>
      {found.items.length > 0 && <p>{say.first.why(found.compared)}</p>}
      <ol class="rows">
        {found.items.map((each) => (
          <li class="row">
            <blockquote>{each.quote}</blockquote>
            <span class="facts">
              <code>{each.path}</code>
              <span>{say.first.near(each.rule.name, each.rule.says)}</span>
            </span>
          </li>
        ))}
      </ol>
      {found.not_english > 0 && <p class="warning">{say.first.notEnglish(found.not_english)}</p>}
    </section>
  );
}
