import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

const ROWS_IN_BLOCK = 20;
// Until the first rows are drawn, and say it.
const ROW_PX = 76;
// How far beyond the screen blocks are drawn, so that nobody scrolls into an empty one.
const AHEAD = '800px 0px';

interface Properties<T> {
  items: readonly T[];
  children: (item: T) => ComponentChildren;
  /** How many there are, where that is known; more may follow otherwise. */
  isWhole?: boolean;
}

/** A list of which only the rows near the screen are drawn, so that ten thousand scroll as ten do. */
export function Rows<T>({ items, children, isWhole = true }: Properties<T>) {
  const [rowPx, setRowPx] = useState(ROW_PX);
  const blocks = Array.from({ length: Math.ceil(items.length / ROWS_IN_BLOCK) }, (_, each) => each * ROWS_IN_BLOCK);
  return (
    <div class="rows" role="list">
      {blocks.map((first) => (
        <Block key={first} count={Math.min(ROWS_IN_BLOCK, items.length - first)} isFirst={first === 0} rowPx={rowPx} measured={setRowPx}>
          {() =>
            items.slice(first, first + ROWS_IN_BLOCK).map((item, at) => (
              <div role="listitem" aria-posinset={first + at + 1} aria-setsize={isWhole ? items.length : -1}>
                {children(item)}
              </div>
            ))
          }
        </Block>
      ))}
    </div>
  );
}

interface BlockProperties {
  count: number;
  isFirst: boolean;
  rowPx: number;
  measured: (rowPx: number) => void;
  children: () => ComponentChildren;
}

function Block({ count, isFirst, rowPx, measured, children }: BlockProperties) {
  const place = useRef<HTMLDivElement>(null);
  const height = useRef<number | null>(null);
  const [isNear, setNear] = useState(isFirst);
  useLayoutEffect(() => {
    if (isFirst) measured(place.current!.offsetHeight / count);
  }, []);
  useEffect(() => {
    const block = place.current!;
    const seen = new IntersectionObserver(
      (entries) => {
        const isShown = entries.at(-1)!.isIntersecting;
        // Who stands in it with the keyboard goes on from there.
        if (!isShown && block.contains(document.activeElement)) return;
        if (!isShown && block.offsetHeight > 0) height.current = block.offsetHeight;
        setNear(isShown);
      },
      { rootMargin: AHEAD },
    );
    seen.observe(block);
    return () => seen.disconnect();
  }, []);
  return (
    <div role="presentation" ref={place} style={isNear ? undefined : { height: `${height.current ?? count * rowPx}px` }}>
      {isNear && children()}
    </div>
  );
}
