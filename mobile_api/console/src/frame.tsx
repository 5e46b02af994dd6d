import { useEffect, useState } from 'preact/hooks';

import type { TenantsView } from './api/generated.ts';
import { read } from './api/call.ts';
import { isOnline, shownAsOf } from './device/connection.ts';
import { isOpen, queue } from './device/queue.ts';
import { stores } from './device/start.ts';
import { Agents } from './pages/agents.tsx';
import { Approvals } from './pages/approvals.tsx';
import { ThisDevice } from './pages/device.tsx';
import { Overview } from './pages/overview.tsx';
import { Precedents } from './pages/precedents.tsx';
import { Violations } from './pages/violations.tsx';
import { CardPage } from './pages/card/page.tsx';
import { Loaded, Trouble } from './parts/loaded.tsx';
import { Notice } from './parts/notice.tsx';
import { addressOf, route } from './route.ts';
import { choose, isLeaving, signOut, tenant } from './session.ts';
import { words } from './words.ts';

/** The whole console: the page that is open, for the tenant that was chosen. */
export function Frame() {
  return tenant.value === null ? <ChooseTenant /> : <Inside key={tenant.value} />;
}

function Inside() {
  const [name = '', id] = route.value;
  const [readings, setReadings] = useState(0);
  const again = () => {
    shownAsOf.value = null;
    setReadings(readings + 1);
  };
  useEffect(() => {
    // What somebody has begun to write stays.
    if (isOnline.value && shownAsOf.value !== null && !document.querySelector('main form')) again();
  }, [isOnline.value]);
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
      <Notice again={again} />
      <main>
        {!stores.value && <p role="alert">{words.device.noStore}</p>}
        <Page name={name} id={id} key={readings} />
      </main>
      <Foot />
    </>
  );
}

/** What belongs to the person and not to a page. Who signs out hears what is lost by it. */
function Foot() {
  const [isLeaving, setLeaving] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const unsent = queue.value.filter((each) => isOpen(each.state)).length;
  const leave = () => void signOut().then(() => location.assign('/signin'), setProblem);
  return (
    <footer>
      {isLeaving ? (
        <>
          <p role="alert">{words.offline.leaving(unsent)}</p>
          <button onClick={() => setLeaving(false)}>{words.offline.stay}</button>
          <button onClick={leave}>{words.offline.leave}</button>
        </>
      ) : (
        <>
          <a href={addressOf('device')}>{words.device.title}</a>
          <button onClick={() => choose(null)}>{words.changeTenant}</button>
          <button onClick={() => (unsent > 0 ? setLeaving(true) : leave())}>{words.signOut}</button>
        </>
      )}
      {problem !== undefined && <Trouble problem={problem} />}
    </footer>
  );
}

function Page({ name, id }: { name: string; id: string | undefined }) {
  switch (name) {
    case '':
      return <Overview />;
    case 'approvals':
      return id === undefined ? <Approvals /> : <CardPage id={id} key={id} />;
    case 'agents':
      return <Agents />;
    case 'device':
      return <ThisDevice />;
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
      {isLeaving() && <p role="status">{words.offline.left}</p>}
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
  if (name === 'device') return words.device.title;
  return name in words.pages ? words.pages[name as keyof typeof words.pages] : words.name;
}
