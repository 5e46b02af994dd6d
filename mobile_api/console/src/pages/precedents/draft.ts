/** A precedent while it is written, and the body that posts it. */

import { typedOf, valueOf, type Leaf } from '../../kit/conditions.ts';
import type { Json } from '../../kit/canonical.ts';

export interface Line {
  readonly field: string;
  readonly op: string;
  readonly value: string;
}

export interface Draft {
  readonly title: string;
  readonly domain: string;
  readonly kind: string;
  readonly risk: string;
  readonly example: string;
  readonly conditions: readonly Line[];
  readonly rationale: string;
}

export const EMPTY: Draft = {
  title: '',
  domain: '',
  kind: '',
  risk: 'low',
  example: '',
  conditions: [],
  rationale: '',
};

export const LEAST_RATIONALE = 100;

/** The condition that a content with such a field satisfies. */
export function lineOf(leaf: Leaf): Line {
  return { field: leaf.field, op: Array.isArray(leaf.value) ? 'subset_of' : 'eq', value: typedOf(leaf.value) };
}

/** Whether a step of the form has what the next one needs. */
export function isWhole(draft: Draft, step: number): boolean {
  if (step === 0) return draft.title.trim() !== '' && draft.domain !== '' && draft.kind !== '' && draft.risk !== '';
  if (step === 1) return draft.conditions.length > 0 && draft.conditions.every((each) => each.field.trim() && each.op);
  if (step === 2) return [...draft.rationale.trim()].length >= LEAST_RATIONALE;
  return true;
}

export function bodyOf(draft: Draft): Record<string, Json> {
  return {
    title: draft.title.trim(),
    domain: draft.domain,
    kind: draft.kind,
    max_risk: draft.risk,
    conditions: draft.conditions.map((each) => ({
      field: each.field.trim(),
      op: each.op,
      value: each.op === 'exists' && each.value.trim() === '' ? true : valueOf(each.value),
    })),
    rationale: draft.rationale.trim(),
    ...(draft.example && { example_approval_id: draft.example }),
  };
}
