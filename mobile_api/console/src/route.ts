/** Which page is open: the part of the address after `/console/`. */

import { signal } from '@preact/signals';

const BASE = '/console/';
const ANNOUNCED_WITHIN_MS = 10_000;

export const route = signal<readonly string[]>(partsOf(location.pathname));

/** The address of a page. */
export function addressOf(...parts: readonly string[]): string {
  return BASE + parts.map(encodeURIComponent).join('/');
}

/** Links to pages of the console are followed without loading it again. */
export function followLinks(): void {
  addEventListener('popstate', () => (route.value = partsOf(location.pathname)));
  addEventListener('click', (event) => {
    const link = (event.target as Element).closest('a');
    const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    if (!link || !isPlain || link.origin !== location.origin || !link.pathname.startsWith(BASE)) return;
    event.preventDefault();
    go(link.pathname);
  });
}

/** Opens a page of the console. */
export function go(path: string): void {
  const before = document.querySelector('h1');
  history.pushState(null, '', path);
  route.value = partsOf(path);
  scrollTo(0, 0);
  announce(before);
}

/** A screen reader announces the new page by its heading, as soon as that is there. */
function announce(before: Element | null): void {
  const focus = () => {
    const heading = document.querySelector<HTMLElement>('h1');
    if (heading === null || heading === before) return;
    heading.focus();
    seen.disconnect();
  };
  const seen = new MutationObserver(focus);
  seen.observe(document.body, { childList: true, subtree: true });
  setTimeout(() => seen.disconnect(), ANNOUNCED_WITHIN_MS);
  focus();
}

function partsOf(path: string): readonly string[] {
  return path.slice(BASE.length).split('/').filter(Boolean).map(decodeURIComponent);
}
