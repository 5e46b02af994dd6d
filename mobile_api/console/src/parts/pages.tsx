import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

import { read } from '../api/call.ts';
import { words } from '../words.ts';
import { Loaded, Trouble } from './loaded.tsx';

interface PageOf<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

interface Properties<T> {
  path: string;
  none: string;
  children: (item: T) => ComponentChildren;
}

/** A list of the API, page after page. */
export function Pages<T>({ path, none, children }: Properties<T>) {
  return (
    <Loaded read={() => read<PageOf<T>>(path)}>
      {(first) => <Rest first={first} path={path} none={none} children={children} />}
    </Loaded>
  );
}

function Rest<T>({ first, path, none, children }: Properties<T> & { first: PageOf<T> }) {
  const [items, setItems] = useState(first.items);
  const [cursor, setCursor] = useState(first.next_cursor);
  const [problem, setProblem] = useState<unknown>();
  if (items.length === 0) return <p>{none}</p>;
  const more = () => {
    setProblem(undefined);
    const next = `${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor!)}`;
    read<PageOf<T>>(next).then((page) => {
      setItems([...items, ...page.items]);
      setCursor(page.next_cursor);
    }, setProblem);
  };
  return (
    <>
      <ul class="rows">
        {items.map((each) => (
          <li>{children(each)}</li>
        ))}
      </ul>
      {problem !== undefined && <Trouble problem={problem} />}
      {cursor !== null && <button onClick={more}>{words.more}</button>}
    </>
  );
}
