/** JSON values as YAML that people edit, and the platform reads as the same values. */

import { isList, type Json } from './canonical.ts';

// Anything else in a text, or a word that YAML reads as something else, is quoted as in JSON.
const PLAIN = /^[A-Za-z](?:[\w ,.()/+-]*[\w.)])?$/;
const WORDS = /^(?:true|false|null|yes|no|on|off|y|n)$/i;
const STEP = '  ';

/** The value, a member or item on each line. */
export function yamlOf(value: Json): string {
  return isNested(value) ? `${blockOf(value, '')}\n` : `${leafOf(value)}\n`;
}

function blockOf(value: Json, indent: string): string {
  if (isList(value)) return value.map((each) => `${indent}-${itemOf(each, indent)}`).join('\n');
  const members = Object.entries(value as Readonly<Record<string, Json>>);
  return members.map(([name, each]) => `${indent}${leafOf(name)}:${memberOf(each, indent)}`).join('\n');
}

/** What follows a dash: a nested value begins on the same line. */
function itemOf(value: Json, indent: string): string {
  return ` ${isNested(value) ? blockOf(value, indent + STEP).trimStart() : leafOf(value)}`;
}

function memberOf(value: Json, indent: string): string {
  return isNested(value) ? `\n${blockOf(value, indent + STEP)}` : ` ${leafOf(value)}`;
}

function isNested(value: Json): boolean {
  if (value === null || typeof value !== 'object') return false;
  return isList(value) ? value.length > 0 : Object.keys(value).length > 0;
}

function leafOf(value: Json): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return PLAIN.test(value) && !WORDS.test(value) ? value : JSON.stringify(value);
}
