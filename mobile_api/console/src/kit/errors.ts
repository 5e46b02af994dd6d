/** Where in a form the API's errors belong. */

interface At {
  readonly field: string;
}

/** The errors of a field, and of what is below it: those at `hosts.0` are of `hosts`. */
export function errorsAt<T extends At>(errors: readonly T[], name: string): readonly T[] {
  return errors.filter((each) => each.field === name || each.field.startsWith(`${name}.`));
}

/** The errors of none of the fields. */
export function errorsBeside<T extends At>(errors: readonly T[], names: readonly string[]): readonly T[] {
  return errors.filter((each) => !names.some((name) => errorsAt([each], name).length > 0));
}
