import { nameOf } from '../names.ts';

/** Somebody or something by its name, where the tenant knows one, with the id that the log has of it; `isShort`: with the
 * id for who points at the name. */
export function Person({ id, isShort = false }: { id: string; isShort?: boolean }) {
  const name = nameOf(id);
  if (name === null) return <span class="person">{id}</span>;
  if (isShort) return <bdi title={id}>{name}</bdi>;
  return (
    <span class="person">
      <bdi>{name}</bdi> <code>{id}</code>
    </span>
  );
}
