/** Which page is open: the part of the address after `/console/`. */

import { signal } from '@preact/signals';

const BASE = '/console/';

export const route = signal<readonly string[]>(partsOf(location.pathname));

/** The address of a page. */
export function addressOf(...parts: readonly string[]): string {
  return BASE + parts.map(encodeURIComponent).join('/');
}

/** Links to pages of the console are followed without loading it again. */
export function followLinks(): void {
  addEventListener('popstate', () => {
    hasMoved = true;
    route.value = partsOf(location.pathname);
  });
  addEventListener('click', (event) => {
    const link = (event.target as Element).closest('a');
    const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    if (!link || !isPlain || link.origin !== location.origin || link.hash) return;
    if (!link.pathname.startsWith(BASE)) return;
    event.preventDefault();
    go(link.pathname);
  });
}

/** Opens the page with that address. */
export function go(address: string): void {
  hasMoved = true;
  history.pushState(null, '', address);
  route.value = partsOf(address);
  scrollTo(0, 0);
}

let hasMoved = false;

/** Waits for the heading of the page that was opened and gives it to `named`. A screen reader
 * announces the page by it, but the first, which the browser announces. Gives what stops the wait. */
export function announce(named: (heading: string) => void): () => void {
  const look = () => {
    const heading = document.querySelector<HTMLElement>('main h1');
    if (heading === null) return;
    observer.disconnect();
    named(heading.textContent ?? '');
    if (hasMoved) heading.focus();
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, { childList: true, subtree: true });
  named('');
  look();
  return () => observer.disconnect();
}

function partsOf(path: string): readonly string[] {
  return path.slice(BASE.length).split('/').filter(Boolean).map(decodeURIComponent);
}
