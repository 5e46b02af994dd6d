/** What the evidence of a run's approval says, where it has the shapes that runs give it. */

import type { Json } from '../../kit/canonical.ts';

export interface Change {
  readonly path: string;
  readonly was?: Json;
  readonly is?: Json;
}

/** What differs from what was assented to last; `changed` is null where that was erased. */
export interface Difference {
  readonly changed: readonly Change[] | null;
  readonly more: number;
}

/** The difference, and all other evidence; null where nothing was assented to before. */
export function readEvidence(evidence: readonly Json[]): { difference: Difference | null; others: readonly Json[] } {
  const at = evidence.findIndex(isDifference);
  if (at < 0) return { difference: null, others: evidence };
  const { changed, more } = evidence[at] as unknown as { changed: Change[] | null; more?: number };
  return { difference: { changed, more: more ?? 0 }, others: evidence.filter((_, place) => place !== at) };
}

function isDifference(item: Json): boolean {
  return typeof item === 'object' && item !== null && 'since' in item && 'changed' in item;
}
