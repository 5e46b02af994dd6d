import { useId, useState } from 'preact/hooks';

import { hasOne } from './me.ts';
import { GROUPS, pages, type Group, type PageEntry } from './pages.ts';
import { addressOf } from './route.ts';
import { tenant } from './session.ts';
import { words } from './words.ts';

const say = words.navigation;

/** Links to all pages that somebody may open, in groups; on a narrow screen a button shows them. */
export function Navigation({ current }: { current: string }) {
  const [isOpen, setOpen] = useState(false);
  const list = useId();
  const close = (event: Event) => {
    if ((event.target as Element).closest('a')) setOpen(false);
  };
  const escape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !isOpen) return;
    setOpen(false);
    (event.currentTarget as Element).querySelector('button')?.focus();
  };
  return (
    <nav aria-label={words.name} onClick={close} onKeyDown={escape}>
      <button class="menu" aria-expanded={isOpen} aria-controls={list} onClick={() => setOpen(!isOpen)}>
        {say.menu}
      </button>
      <span class="here">{labelOf(current)}</span>
      <div id={list} class="groups" data-open={isOpen}>
        {GROUPS.map((group) => (
          <Links group={group} current={current} key={group} />
        ))}
      </div>
    </nav>
  );
}

function Links({ group, current }: { group: Group; current: string }) {
  const label = useId();
  const names = [...pages].filter(([, page]) => page.group === group && isShown(page)).map(([name]) => name);
  if (names.length === 0) return null;
  return (
    <div>
      <p id={label}>{say.groups[group]}</p>
      <ul aria-labelledby={label}>
        {names.map((name) => (
          <li key={name}>
            <a href={addressOf(...(name ? [name] : []))} aria-current={name === current ? 'page' : undefined}>
              {labelOf(name)}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

function isShown(page: PageEntry): boolean {
  if (page.all === undefined) return false;
  if (tenant.value === null && !page.needsNoTenant) return false;
  return page.roles === undefined || hasOne(page.roles);
}

/** The name of a page for people. */
export function labelOf(page: string): string {
  return page in words.pages ? words.pages[page as keyof typeof words.pages] : words.notFound;
}
