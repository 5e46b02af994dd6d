import { barsOf, type Amounts } from '../kit/bars.ts';

const WIDTH = 480;
const HEIGHT = 120;

/** Bars for the eye; the table beside them says the same. */
export function Bars({ of: amounts }: { of: readonly Amounts[] }) {
  return (
    <svg class="bars" viewBox={`0 0 ${WIDTH} ${HEIGHT + 2}`} aria-hidden="true" focusable="false">
      {barsOf(amounts, WIDTH, HEIGHT).map((bar) => (
        <g>
          <rect class="spent" x={bar.x} width={bar.width} y={bar.spent.y} height={bar.spent.height} />
          <rect class="held" x={bar.x} width={bar.width} y={bar.held.y} height={bar.held.height} />
          {bar.limit !== null && (
            <line
              class="limit"
              x1={bar.x - bar.width * 0.1}
              x2={bar.x + bar.width * 1.1}
              y1={bar.limit + 1}
              y2={bar.limit + 1}
            />
          )}
        </g>
      ))}
      <line class="base" x1={0} x2={WIDTH} y1={HEIGHT + 1} y2={HEIGHT + 1} />
    </svg>
  );
}
