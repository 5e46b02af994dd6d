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
  history.pushState(null, '', path);
  route.value = partsOf(path);
  scrollTo(0, 0);
  // A screen reader announces the new page by its heading.
  document.querySelector<HTMLElement>('h1')?.focus();
}

function partsOf(path: string): readonly string[] {
  return path.slice(BASE.length).split('/').filter(Boolean).map(decodeURIComponent);
}
