interface Part {
  readonly label: string;
  /** From 0 to 1. */
  readonly share: number;
  /** Whether most of it is used. */
  readonly isScarce?: boolean;
}

const HEIGHT = 10;
const GAP = 4;

/** One bar for each part of a whole, for the eye; the table beside them says the same. */
export function Share({ of: parts }: { of: readonly Part[] }) {
  const height = parts.length * (HEIGHT + GAP);
  return (
    <svg class="shares" viewBox={`0 0 480 ${height}`} aria-hidden="true" focusable="false">
      {parts.map((each, place) => (
        <g>
          <rect class="base" x={0} y={place * (HEIGHT + GAP)} width={480} height={HEIGHT} />
          <rect class={each.isScarce ? 'part scarce' : 'part'} x={0} y={place * (HEIGHT + GAP)} width={Math.max(1, Math.min(1, each.share) * 480)} height={HEIGHT} />
        </g>
      ))}
    </svg>
  );
}
