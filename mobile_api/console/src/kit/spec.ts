/** A stored spec as its author would write it. */

import { isList, type Json } from './canonical.ts';

type Members = Readonly<Record<string, Json>>;

// What follows from a spec, and is in no spec that is submitted.
const DERIVED = ['alone_effects', 'irreversible'];
const DERIVED_OF_RIGHTS = ['effect', 'confirmed', 'undo'];
// As the guide "Write an agent" orders them; what is not here comes last.
const ORDER = ['name', 'purpose', 'industry', 'skills', 'scope', 'data_access', 'systems', 'rights'];

/** The spec of which this is the normal form, without what follows from it: submitted again it is judged the same. */
export function writtenSpec(stored: Members): Members {
  const place = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  const kept = Object.entries(stored).filter(([name]) => !DERIVED.includes(name));
  const sorted = kept.sort(([one], [other]) => place(one) - place(other));
  return Object.fromEntries(sorted.map(([name, value]) => [name, name === 'rights' ? rightsOf(value as Members) : named(value)]));
}

function rightsOf(rights: Members): Json {
  const lists = Object.entries(rights).map(([name, list]) => [name, isList(list) ? list.map(rightOf) : list] as const);
  return Object.fromEntries(lists);
}

function rightOf(right: Json): Json {
  if (right === null || typeof right !== 'object' || isList(right)) return right;
  const { operation = null, ...more } = right;
  const limits = Object.entries(more).filter(([name]) => !DERIVED_OF_RIGHTS.includes(name));
  return limits.length === 0 ? operation : { operation, ...Object.fromEntries(limits) };
}

/** The value with the name of each thing first. */
function named(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map(named);
  const { name, ...more } = value;
  const rest = Object.fromEntries(Object.entries(more).map(([each, below]) => [each, named(below)]));
  return name === undefined ? rest : { name, ...rest };
}
