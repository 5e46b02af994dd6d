import { isList, type Json } from '../kit/canonical.ts';

/** A JSON value for people: names beside values, open all the way down. Texts are shown as texts. */
export function Value({ value }: { value: Json }) {
  if (value === null || typeof value !== 'object') return <span class="value">{String(value)}</span>;
  if (isList(value)) {
    if (value.length === 0) return <span class="value">[]</span>;
    return (
      <ol class="value">
        {value.map((each) => (
          <li>
            <Value value={each} />
          </li>
        ))}
      </ol>
    );
  }
  const members = Object.entries(value);
  if (members.length === 0) return <span class="value">{'{}'}</span>;
  return (
    <dl class="value">
      {members.map(([name, each]) => (
        <div>
          <dt>{name}</dt>
          <dd>
            <Value value={each} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
