/** What a run's plan would do, operation by operation, and what undoes each. */

import { isList, type Json } from '../../kit/canonical.ts';

/** `undo` is the operation that undoes it; null where nothing does. */
export interface Operation {
  readonly operation: string;
  readonly effect: string;
  readonly undo: string | null;
}

const HARMLESS: readonly string[] = ['read', 'draft'];

/** The operations that a plan's steps make or let a model choose, each once, first those that nothing undoes. Empty for
 * any other content: only a plan says what undoes it. */
export function operationsIn(content: Json): readonly Operation[] {
  if (!isObject(content) || content['format'] !== 'assent.plan/1') return [];
  const found = new Map([...callsIn(content['steps'] ?? null)].map((each) => [each.operation, each]));
  return [...found.values()].sort((one, other) => Number(isFinal(other)) - Number(isFinal(one)));
}

/** Whether it leaves something behind that nothing undoes. */
export function isFinal({ effect, undo }: Operation): boolean {
  return undo === null && !HARMLESS.includes(effect);
}

/** Whose name is typed to assent to what nothing undoes: the agent's, where the content names one. */
export function agentIn(content: Json): string | null {
  const agent = isObject(content) ? (content['agent'] ?? null) : null;
  const name = isObject(agent) ? agent['name'] : null;
  return typeof name === 'string' ? name : null;
}

function* callsIn(value: Json): Generator<Operation> {
  if (value === null || typeof value !== 'object') return;
  if (isObject(value)) {
    const { operation, effect, undo } = value;
    if (typeof operation === 'string' && typeof effect === 'string') {
      const way = isObject(undo ?? null) ? (undo as { readonly [name: string]: Json })['operation'] : null;
      yield { operation, effect, undo: typeof way === 'string' ? way : null };
    }
  }
  for (const each of isObject(value) ? Object.values(value) : value) yield* callsIn(each);
}

function isObject(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !isList(value);
}
