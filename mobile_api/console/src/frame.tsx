import type { ComponentType } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

import type { TenantsView } from './api/generated.ts';
import { read } from './api/call.ts';
import { isOnline, shownAsOf } from './device/connection.ts';
import { isOpen, queue } from './device/queue.ts';
import { stores } from './device/start.ts';
import { hasOne } from './me.ts';
import { labelOf, Navigation } from './navigation.tsx';
import { pages, type Load } from './pages.ts';
import { Loaded, Trouble } from './parts/loaded.tsx';
import { Notice } from './parts/notice.tsx';
import { Only } from './parts/only.tsx';
import { addressOf, announce, route } from './route.ts';
import { choose, isLeaving, signOut, tenant } from './session.ts';
import { words } from './words.ts';

/** The whole console: the page that is open, for the tenant that was chosen. */
export function Frame() {
  const [name = ''] = route.value;
  if (tenant.value === null && !pages.get(name)?.needsNoTenant) return <ChooseTenant />;
  return <Inside key={tenant.value} />;
}

function Inside() {
  const [name = '', ...rest] = route.value;
  const address = route.value.join('/');
  const [readings, setReadings] = useState(0);
  const again = () => {
    shownAsOf.value = null;
    setReadings(readings + 1);
  };
  useEffect(() => {
    // What somebody has begun to write stays.
    if (isOnline.value && shownAsOf.value !== null && !document.querySelector('main form')) again();
  }, [isOnline.value]);
  useEffect(() => announce((heading) => (document.title = `${heading || labelOf(name)} · ${words.name}`)), [address]);
  return (
    <>
      <a class="skip" href="#content">
        {words.navigation.skip}
      </a>
      <header>
        <Navigation current={name} />
      </header>
      <Notice again={again} />
      <main id="content" tabIndex={-1} key={address}>
        {!stores.value && <p role="alert">{words.offline.noStore}</p>}
        <Page name={name} rest={rest} key={readings} />
      </main>
      <Foot />
    </>
  );
}

/** What belongs to the person and not to a page. Who signs out is told what is lost by it. */
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
          <button onClick={() => choose(null)}>{words.changeTenant}</button>
          <button onClick={() => (unsent > 0 ? setLeaving(true) : leave())}>{words.signOut}</button>
        </>
      )}
      {problem !== undefined && <Trouble problem={problem} />}
    </footer>
  );
}

function Page({ name, rest }: { name: string; rest: readonly string[] }) {
  const page = pages.get(name);
  const [id, part = ''] = rest;
  const load = id === undefined ? page?.all : (page?.parts?.[part] ?? page?.one);
  if (page === undefined || load === undefined) return <h1 tabIndex={-1}>{words.notFound}</h1>;
  const shown = <Lazy load={load} id={page.parts?.[part] ? id! : rest.join('/')} />;
  if (page.roles === undefined || hasOne(page.roles)) return shown;
  return (
    <>
      <h1 tabIndex={-1}>{labelOf(name)}</h1>
      <Only roles={page.roles}>{shown}</Only>
    </>
  );
}

/** A page, once its script is there: at once where it came with the console's own. */
function Lazy({ load, id }: { load: Load; id: string }) {
  const [loaded] = useState(load);
  const [Shown, setShown] = useState<ComponentType<{ id: string }> | undefined>(() => ('then' in loaded ? undefined : loaded));
  const [isLost, setLost] = useState(false);
  useLayoutEffect(() => {
    if (!('then' in loaded)) return;
    loaded.then(
      (found) => setShown(() => found),
      () => setLost(true),
    );
  }, []);
  if (isLost) {
    return (
      <p role="alert">
        {words.navigation.lost} <button onClick={() => location.reload()}>{words.again}</button>
      </p>
    );
  }
  return Shown === undefined ? <p role="status">{words.loading}</p> : <Shown id={id} />;
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
      {hasOne(['platform_admin']) && <a href={addressOf('platform')}>{words.pages.platform}</a>}
    </main>
  );
}
