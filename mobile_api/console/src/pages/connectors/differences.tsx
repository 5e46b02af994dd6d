import type { ConnectorView, DifferenceView } from '../../api/generated.ts';
import type { Json } from '../../kit/canonical.ts';
import { card } from '../../words/card.ts';
import { connectors as say } from '../../words/connectors.ts';

/** What of the connector and of its operations differs from what was activated last, field by field. */
export function Differences({ connector }: { connector: ConnectorView }) {
  const { differences, active_pin, pin } = connector;
  if (active_pin === null || active_pin === pin) return null;
  return (
    <section class="changes">
      <h2>{say.changed}</h2>
      <ul class="rows">
        {differences.map((each) => (
          <li key={each.operation}>
            <span class="summary">{say.difference(each.operation || say.itself, each.change, each.name_before)}</span>
            {(each.fields.length > 0 ? each.fields : fieldsOf(each)).map((field) => (
              <p>
                <code>{field}</code>
                <del>
                  {card.was} {shown(each.before, field)}
                </del>
                <ins>
                  {card.is} {shown(each.after, field)}
                </ins>
              </p>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

function fieldsOf(difference: DifferenceView): readonly string[] {
  return [...new Set([...Object.keys(difference.before ?? {}), ...Object.keys(difference.after ?? {})])].sort();
}

function shown(side: Readonly<Record<string, Json>> | null, field: string): string {
  const value = side?.[field];
  if (value === undefined || value === null) return card.nothing;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
