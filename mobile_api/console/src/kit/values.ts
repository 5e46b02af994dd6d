/** What the fields of a form hold. */

export type Values = Readonly<Record<string, string | readonly string[]>>;

/** The answer of a field that is not chosen among several; `some` gives those of one that is. */
export function text(values: Values, name: string): string {
  return ((values[name] as string | undefined) ?? '').trim();
}

/** What stands on the lines of a field, without the empty ones. */
export function lines(values: Values, name: string): readonly string[] {
  return text(values, name).split('\n').map((each) => each.trim()).filter(Boolean);
}

export function some(values: Values, name: string): readonly string[] {
  const value = values[name];
  return typeof value === 'object' ? value : [];
}
