import type { Json } from '../../kit/canonical.ts';
import { card as say } from '../../words/card.ts';
import type { Difference } from './evidence.ts';

/** What differs from what was assented to last, place by place. */
export function Changes({ difference }: { difference: Difference }) {
  return (
    <section class="changes">
      <h2>{say.changed}</h2>
      {difference.changed === null ? (
        <p>{say.changedUnknown}</p>
      ) : (
        <dl>
          {difference.changed.map((each) => (
            <>
              <dt>
                <code>{each.path || '/'}</code>
              </dt>
              <dd>
                <del>
                  {say.was} {shown(each.was)}
                </del>{' '}
                <ins>
                  {say.is} {shown(each.is)}
                </ins>
              </dd>
            </>
          ))}
        </dl>
      )}
      {difference.more > 0 && <p>{say.moreChanges(difference.more)}</p>}
    </section>
  );
}

function shown(value: Json | undefined): string {
  if (value === undefined) return say.nothing;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
