import { useEffect } from 'preact/hooks';

import type { TenantsView } from './api/generated.ts';
import { read } from './api/call.ts';
import { Agents } from './pages/agents.tsx';
import { Approvals } from './pages/approvals.tsx';
import { Overview } from './pages/overview.tsx';
import { Precedents } from './pages/precedents.tsx';
import { Violations } from './pages/violations.tsx';
import { CardPage } from './pages/card/page.tsx';
import { later } from './parts/later.tsx';
import { Loaded } from './parts/loaded.tsx';
import { addressOf, route } from './route.ts';
import { choose, signOut, tenant } from './session.ts';
import { words } from './words.ts';

const Runs = later(() => import('./pages/runs/list.tsx').then((each) => each.Runs));
const RunPage = later(() => import('./pages/runs/page.tsx').then((each) => each.RunPage));
const Receipts = later(() => import('./pages/receipts/list.tsx').then((each) => each.Receipts));
const ReceiptPage = later(() => import('./pages/receipts/page.tsx').then((each) => each.ReceiptPage));
const Story = later(() => import('./pages/story/page.tsx').then((each) => each.Story));
const Audit = later(() => import('./pages/audit/page.tsx').then((each) => each.Audit));

/** The whole console: the page that is open, for the tenant that was chosen. */
export function Frame() {
  return tenant.value === null ? <ChooseTenant /> : <Inside key={tenant.value} />;
}

function Inside() {
  const [name = '', id, ...more] = route.value;
  useEffect(() => {
    document.title = `${title(name)} · ${words.name}`;
  }, [name]);
  return (
    <>
      <header>
        <nav aria-label={words.name}>
          {Object.entries(words.pages).map(([page, label]) => (
            <a href={addressOf(...(page ? [page] : []))} aria-current={page === name ? 'page' : undefined}>
              {label}
            </a>
          ))}
        </nav>
      </header>
      <main>
        <Page name={name} id={id} more={more} />
      </main>
      <footer>
        <button onClick={() => choose(null)}>{words.changeTenant}</button>
        <button onClick={() => void signOut().then(() => location.assign('/signin'))}>{words.signOut}</button>
      </footer>
    </>
  );
}

function Page({ name, id, more }: { name: string; id: string | undefined; more: readonly string[] }) {
  switch (name) {
    case '':
      return <Overview />;
    case 'approvals':
      return id === undefined ? <Approvals /> : <CardPage id={id} key={id} />;
    case 'agents':
      return <Agents />;
    case 'runs':
      if (id === undefined) return <Runs />;
      return more[0] === 'receipts' ? <Receipts runId={id} key={id} /> : <RunPage id={id} key={id} />;
    case 'receipts':
      return id === undefined ? <Receipts key="all" /> : <ReceiptPage id={id} key={id} />;
    case 'story':
      return <Story subject={[id, ...more].join('/')} key={[id, ...more].join('/')} />;
    case 'audit':
      return <Audit subject={id === undefined ? '' : [id, ...more].join('/')} key={[id, ...more].join('/')} />;
    case 'precedents':
      return <Precedents />;
    case 'violations':
      return <Violations />;
    default:
      return <h1 tabIndex={-1}>{words.notFound}</h1>;
  }
}

function ChooseTenant() {
  return (
    <main>
      <h1 tabIndex={-1}>{words.chooseTenant}</h1>
      <Loaded read={() => read<TenantsView>('/v1/tenants')}>
        {({ items }) => {
          const open = items.filter((each) => each.status === 'trial' || each.status === 'active');
          if (open.length === 0) return <p>{words.noTenant}</p>;
          return (
            <ul class="choices">
              {open.map((each) => (
                <li>
                  <button onClick={() => choose(each.tenant_id)}>{each.name}</button>
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </main>
  );
}

function title(name: string): string {
  return name in words.pages ? words.pages[name as keyof typeof words.pages] : words.name;
}
