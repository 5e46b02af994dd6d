import type { ComponentChildren } from 'preact';

interface Properties {
  label: string;
  heads: readonly string[];
  rows: readonly (readonly ComponentChildren[])[];
  /** The first of the columns that hold numbers; none do where it is absent. */
  numbersFrom?: number;
}

/** A table; where it is wider than the screen it scrolls by itself, also by keys. */
export function Table({ label, heads, rows, numbersFrom = heads.length }: Properties) {
  const kind = (place: number) => (place >= numbersFrom ? 'number' : undefined);
  return (
    <div class="wide" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {heads.map((each, place) => (
              <th scope="col" class={kind(place)}>
                {each}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((each, place) => (
                <td class={kind(place)}>{each}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
