/** A server's question as a form, and what was typed into it as the answer (MCP, elicitation). */

import { isList, type Json } from '../../kit/canonical.ts';

type Members = { readonly [name: string]: Json };

interface Option {
  readonly value: string;
  readonly label: string;
}

/** One field of the form. `label` and `hint` are a stranger's words. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly kind: 'text' | 'number' | 'yesno' | 'choice' | 'choices';
  readonly isRequired: boolean;
  readonly options: readonly Option[];
  readonly limits: { readonly minLength?: number; readonly maxLength?: number; readonly min?: number; readonly max?: number; readonly step?: number };
}

export interface Question {
  readonly message: string;
  readonly fields: readonly Field[];
}

/** What somebody typed or chose, by the name of the field; nothing is there for a field that was left empty. */
export type Typed = Readonly<Record<string, string | readonly string[]>>;

/** The question in an approval's content; null where that has none, or a field that no form here has. */
export function questionIn(content: Json): Question | null {
  const asked = members(members(content)['elicitation'] ?? null);
  const schema = members(asked['requested_schema'] ?? null);
  if (typeof asked['message'] !== 'string') return null;
  const required = list(schema['required'] ?? null);
  const fields = Object.entries(members(schema['properties'] ?? null)).map(([name, each]) =>
    fieldOf(name, members(each), required.includes(name)),
  );
  return fields.every((each) => each !== null) ? { message: asked['message'], fields } : null;
}

/** The answer, or null while a field that must be filled is empty. What is left empty is left out. */
export function answerOf(fields: readonly Field[], typed: Typed): Record<string, Json> | null {
  const answer: Record<string, Json> = {};
  for (const field of fields) {
    const said = typed[field.name];
    const isEmpty = said === undefined || said.length === 0;
    if (isEmpty && field.isRequired) return null;
    if (!isEmpty) answer[field.name] = valueOf(field, said);
  }
  return answer;
}

function valueOf(field: Field, said: string | readonly string[]): Json {
  if (field.kind === 'number') return Number(said);
  if (field.kind === 'yesno') return said === 'yes';
  return said;
}

function fieldOf(name: string, schema: Members, isRequired: boolean): Field | null {
  const about = { name, isRequired, label: text(schema['title']) || name, hint: text(schema['description']), limits: {} };
  const options = optionsIn(schema, name);
  switch (schema['type']) {
    case 'string':
      if (options.length > 0) return { ...about, kind: 'choice', options };
      return { ...about, kind: 'text', options, limits: numbers(schema, { minLength: 'minLength', maxLength: 'maxLength' }) };
    case 'number':
    case 'integer': {
      const limits = numbers(schema, { minimum: 'min', maximum: 'max' });
      return { ...about, kind: 'number', options, limits: schema['type'] === 'integer' ? { ...limits, step: 1 } : limits };
    }
    case 'boolean':
      return { ...about, kind: 'yesno', options };
    case 'array': {
      const several = optionsIn(members(schema['items'] ?? null), name);
      return several.length > 0 ? { ...about, kind: 'choices', options: several } : null;
    }
    default:
      return null;
  }
}

function optionsIn(schema: Members, name: string): readonly Option[] {
  const named = list(schema['oneOf'] ?? schema['anyOf'] ?? null).map(members);
  if (named.length > 0) return named.map((each) => ({ value: text(each['const']), label: text(each['title']) || text(each['const']) }));
  const labels = list(schema['enumNames'] ?? null);
  return list(schema['enum'] ?? null).map((each, at) => ({ value: text(each), label: text(labels[at]) || text(each) || name }));
}

function numbers(schema: Members, names: Readonly<Record<string, string>>): Field['limits'] {
  const found = Object.entries(names).filter(([name]) => typeof schema[name] === 'number');
  return Object.fromEntries(found.map(([name, as]) => [as, schema[name]]));
}

function members(value: Json): Members {
  return typeof value === 'object' && value !== null && !isList(value) ? value : {};
}

function list(value: Json): readonly Json[] {
  return value !== null && typeof value === 'object' && isList(value) ? value : [];
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
