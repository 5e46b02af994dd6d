import { nameOf } from '../names.ts';

/** Somebody by their name, where the tenant knows one, with the id that the log has of them. */
export function Person({ id }: { id: string }) {
  const name = nameOf(id);
  if (name === null) return <span class="person">{id}</span>;
  return (
    <span class="person">
      <bdi>{name}</bdi> <code>{id}</code>
    </span>
  );
}
