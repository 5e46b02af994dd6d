import { layered } from '../../kit/layers.ts';
import { actionInWords, type Link } from '../../kit/story.ts';
import { clipped } from '../../kit/text.ts';
import { nameOf } from '../../names.ts';

const [WIDTH, HEIGHT, BETWEEN, EDGE] = [236, 46, 26, 8];
// Capitals and digits, as ids have, are wider than words.
const [LONGEST, LONGEST_ACTOR] = [30, 15];

/** The events, each above its cause. Whoever cannot see it has the table. */
export function Graph({ links }: { links: readonly Link[] }) {
  const before = new Map(links.map(({ event, cause }) => [event.id, cause === null ? [] : [cause.id]]));
  const placed = layered(links.map(({ event }) => event.id), before);
  const layers = Math.max(...[...placed.values()].map((each) => each.layer)) + 1;
  const widest = Math.max(...[...placed.values()].map((each) => each.place)) + 1;
  const corner = (id: string) => {
    const at = placed.get(id)!;
    return { x: EDGE + at.place * (WIDTH + BETWEEN), y: EDGE + (layers - 1 - at.layer) * (HEIGHT + BETWEEN) };
  };
  const [width, height] = [widest * (WIDTH + BETWEEN) - BETWEEN + 2 * EDGE, layers * (HEIGHT + BETWEEN) - BETWEEN + 2 * EDGE];
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {links.map(({ event, cause, isDirect }) => {
        if (cause === null || !placed.has(cause.id)) return null;
        const [from, to] = [corner(event.id), corner(cause.id)];
        const [x1, y1, x2, y2] = [from.x + WIDTH / 2, from.y + HEIGHT, to.x + WIDTH / 2, to.y];
        const middle = (y1 + y2) / 2;
        return <path class={isDirect ? 'direct' : 'through'} d={`M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`} />;
      })}
      {links.map(({ event }) => {
        const { x, y } = corner(event.id);
        return (
          <g key={event.id}>
            <rect x={x} y={y} width={WIDTH} height={HEIGHT} rx={8} />
            <text x={x + 10} y={y + 19} class="what">
              {clipped(actionInWords(event.action), LONGEST)}
            </text>
            <text x={x + 10} y={y + 37}>
              {`${clipped(nameOf(event.actor) ?? event.actor, LONGEST_ACTOR)} · ${event.at.slice(11, 19)}`}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
