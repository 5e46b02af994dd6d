/** Conditions of a precedent: from a content that is an example, and from what somebody typed. */

import { isList, type Json } from './canonical.ts';

export interface Leaf {
  readonly field: string;
  readonly value: Json;
}

const MOST = 200;

/** The fields of a content that a condition can name, in its order, at most 200: values that have no
 * parts, and lists of such values. Names with a dot have no path. */
export function leavesOf(content: Json): readonly Leaf[] {
  const found: Leaf[] = [];
  const walk = (value: Json, field: string) => {
    if (found.length === MOST) return;
    if (value === null || typeof value !== 'object') found.push({ field, value });
    else if (isList(value)) {
      if (value.length > 0 && value.every((each) => each === null || typeof each !== 'object')) found.push({ field, value });
    } else {
      for (const [name, each] of Object.entries(value)) if (!name.includes('.')) walk(each, `${field}.${name}`);
    }
  };
  walk(content, 'content');
  return found;
}

/** What somebody typed as the value of a condition: JSON where it is some, else the text itself. */
export function valueOf(typed: string): Json {
  const text = typed.trim();
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** How a value is typed, so that `valueOf` gives it again. */
export function typedOf(value: Json): string {
  if (typeof value === 'string' && valueOf(value) === value) return value;
  return JSON.stringify(value);
}
