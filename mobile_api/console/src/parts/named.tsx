import { nameOf } from '../names.ts';

/** Somebody or something by its name, where the tenant knows one, with its id in the log; `isShort`: the id is shown only
 * when somebody points at the name. */
export function Named({ id, isShort = false }: { id: string; isShort?: boolean }) {
  const name = nameOf(id);
  if (name === null) return <span class="person">{id}</span>;
  if (isShort) return <bdi title={id}>{name}</bdi>;
  return (
    <span class="person">
      <bdi>{name}</bdi> <code>{id}</code>
    </span>
  );
}
