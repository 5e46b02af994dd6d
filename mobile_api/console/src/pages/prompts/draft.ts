/** A version of a prompt while somebody writes it. */

import type { MessageBody, PromptDetail } from '../../api/generated.ts';
import type { Json } from '../../kit/canonical.ts';
import type { Line } from '../../kit/lines.ts';
import { text, type Values } from '../../kit/values.ts';

/** `name@version`, as the API's ids and the console's addresses have it. */
export interface Named {
  readonly name: string;
  /** Null where the prompt itself is meant. */
  readonly version: number | null;
}

export interface Draft {
  readonly name: string;
  readonly version: string;
  readonly messages: readonly Values[];
  /** One variable on each line: `reader: string`, or its JSON Schema in the place of the type. */
  readonly variables: string;
}

type Shape = string | Readonly<Record<string, Json>>;

export const EMPTY: Draft = { name: '', version: '1', messages: [{ role: 'user', content: '' }], variables: '' };

export function namedIn(id: string): Named {
  const [name = '', version] = id.split('@');
  return { name, version: version === undefined ? null : Number(version) };
}

/** What the next version begins as: the same. */
export function draftOf(prompt: PromptDetail, next: number): Draft {
  return {
    name: prompt.name,
    version: String(next),
    messages: (prompt.messages ?? []).map(({ role, content }) => ({ role, content })),
    variables: Object.entries(prompt.variables ?? {})
      .map(([name, shape]) => `${name}: ${written(shape)}`)
      .join('\n'),
  };
}

function written(shape: Readonly<Record<string, Json>>): string {
  const isPlain = Object.keys(shape).length === 1 && typeof shape['type'] === 'string';
  return isPlain ? String(shape['type']) : JSON.stringify(shape);
}

/** The content as the API takes it. What cannot be read goes as it is, and the API says what is wrong with it. */
export function contentOf({ messages, variables }: Draft): { messages: readonly MessageBody[]; variables: Record<string, Shape> } {
  return {
    messages: messages.map((each) => ({ role: text(each, 'role') as MessageBody['role'], content: each['content'] as string })),
    variables: Object.fromEntries(variablesIn(variables)),
  };
}

/** Each variable with its type or its JSON Schema. */
export function variablesIn(lines: string): readonly (readonly [name: string, shape: Shape])[] {
  return lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const colon = line.indexOf(':');
      const [name, shape] = colon < 0 ? [line, 'string'] : [line.slice(0, colon), line.slice(colon + 1)];
      return [name.trim(), shape.trim().startsWith('{') ? parsed(shape) : shape.trim()] as const;
    });
}

function parsed(shape: string): Shape {
  try {
    return JSON.parse(shape) as Shape;
  } catch {
    return shape.trim();
  }
}

/** The values that were typed: those of texts as they are, others as JSON, and none of what is left empty and has a default. */
export function valuesOf(variables: readonly (readonly [string, Shape])[], typed: Values): Record<string, Json> {
  return Object.fromEntries(
    variables
      .filter(([name, shape]) => text(typed, name) !== '' || !hasDefault(shape))
      .map(([name, shape]) => [name, valueOf(shape, (typed[name] as string | undefined) ?? '')]),
  );
}

export function hasDefault(shape: Shape): boolean {
  return typeof shape === 'object' && 'default' in shape;
}

function valueOf(shape: Shape, typed: string): Json {
  const type = typeof shape === 'string' ? shape : shape['type'];
  if (type === 'string') return typed;
  try {
    return JSON.parse(typed) as Json;
  } catch {
    return typed;
  }
}

// How much of what did not change is shown around what did.
const AROUND = 2;

/** The lines that changed with those around them; a number stands for as many others. */
export function linesOf(lines: readonly Line[]): readonly (Line | number)[] {
  const near = (at: number) => lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some((each) => each.change !== 'same');
  const shown: (Line | number)[] = [];
  lines.forEach((line, at) => {
    const last = shown.at(-1);
    if (near(at)) shown.push(line);
    else if (typeof last === 'number') shown[shown.length - 1] = last + 1;
    else shown.push(1);
  });
  return shown;
}
