import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { read } from '../api/call.ts';
import { words } from '../words.ts';
import { Loaded, Trouble } from './loaded.tsx';
import { Rows } from './rows.tsx';

interface PageOf<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

interface Properties<T> {
  path: string;
  none: string;
  children: (item: T) => ComponentChildren;
}

/** A list of the API, page after page: the next ones are read when its end comes near, and more when somebody asks. */
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
  const [isReading, setReading] = useState(false);
  const [left, setLeft] = useState(BY_ITSELF);
  const [problem, setProblem] = useState<unknown>();
  if (items.length === 0) return <p>{none}</p>;
  const more = (byThemselves = BY_ITSELF) => {
    setLeft(byThemselves);
    if (cursor === null || isReading) return;
    setProblem(undefined);
    setReading(true);
    const next = `${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`;
    read<PageOf<T>>(next)
      .then((page) => {
        setItems([...items, ...page.items]);
        setCursor(page.next_cursor);
      }, setProblem)
      .finally(() => setReading(false));
  };
  return (
    <>
      <Rows items={items} isWhole={cursor === null}>
        {children}
      </Rows>
      {problem !== undefined && <Trouble problem={problem} />}
      {cursor !== null && <More more={more} left={isReading || problem !== undefined ? 0 : left} />}
    </>
  );
}

// So that the end of the page can be reached.
const BY_ITSELF = 10;

/** Asks for more when somebody has scrolled to it, or presses it. */
function More({ more, left }: { more: (left?: number) => void; left: number }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (left === 0) return;
    const see = (entries: IntersectionObserverEntry[]) => entries.at(-1)!.isIntersecting && more(left - 1);
    const seen = new IntersectionObserver(see, { rootMargin: '400px 0px' });
    seen.observe(button.current!);
    return () => seen.disconnect();
  });
  return (
    <button ref={button} onClick={() => more()}>
      {words.more}
    </button>
  );
}
