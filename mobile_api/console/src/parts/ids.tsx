import { nameOf } from '../names.ts';
import { words } from '../words.ts';
import { Pairs } from './pairs.tsx';

type Id = string | null | undefined;

/** The ids of those that a page calls by their names, to be compared with the log; nothing where it names nobody. */
export function Ids({ of }: { of: readonly Id[] }) {
  const named = namesAndIds(of);
  if (named.length === 0) return null;
  return (
    <details>
      <summary>{words.ids}</summary>
      <Pairs of={named} />
    </details>
  );
}

/** Each name beside its id, once; without those that have no name. */
export function namesAndIds(ids: readonly Id[]) {
  return [...new Set(ids)].flatMap((id) => {
    const name = id ? nameOf(id) : null;
    return name === null ? [] : [[name, <code>{id}</code>] as const];
  });
}
