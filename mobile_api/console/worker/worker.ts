/** Serves the console's own files without a connection. Answers of the API pass by: it neither sees
 * nor keeps them. */

import './acknowledge.ts';
import './push.ts';

declare const self: ServiceWorkerGlobalScope;
/** Written by the build: a hash of the release, and the SHA-256 of each of its files. */
declare const RELEASE: string;
declare const FILES: Readonly<Record<string, string>>;

const PAGE = '/console/';
const PREFIX = 'console ';
const OURS = PREFIX + RELEASE;

self.addEventListener('install', (event) => event.waitUntil(Promise.all([keepFiles(), routeFiles(event)])));
self.addEventListener('activate', (event) => event.waitUntil(takeOver()));
self.addEventListener('message', (event) => {
  if (event.data === 'take over') void self.skipWaiting();
});
self.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== self.location.origin) return;
  if (mode === 'navigate' && pathname.startsWith(PAGE)) event.respondWith(kept(PAGE, event.request));
  else if (Object.hasOwn(FILES, pathname)) event.respondWith(kept(pathname, event.request));
});

/** All or nothing: while the platform changes to another release, files of both may be answered. */
async function keepFiles(): Promise<void> {
  const cache = await caches.open(OURS);
  await Promise.all(
    Object.entries(FILES).map(async ([path, hash]) => {
      const answer = await fetch(path, { cache: 'no-cache' });
      if (!answer.ok || (await hashOf(answer.clone())) !== hash) {
        throw new Error(`${path} is not of the release ${RELEASE}`);
      }
      await cache.put(path, answer);
    }),
  );
}

/** What a browser has that answers from a cache by itself (`InstallEvent.addRoutes`), and starts no worker for that. */
interface Routing extends ExtendableEvent {
  readonly addRoutes?: (rules: readonly object[]) => Promise<void>;
}

/** The page at its own address and its files come from the cache, and what is not there from the platform, as the API's
 * answers do. */
async function routeFiles(event: Routing): Promise<void> {
  const files = [PAGE, `${PAGE}assets/*`].map((pathname) => ({
    condition: { urlPattern: { pathname, search: '' }, requestMethod: 'GET' },
    source: { cacheName: OURS },
  }));
  const api = { condition: { urlPattern: { pathname: '/v1/*' } }, source: 'network' };
  // A browser that takes rules of another shape asks the worker, as others do.
  await event.addRoutes?.([...files, api]).catch(() => {});
}

async function hashOf(answer: Response): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await answer.arrayBuffer());
  return [...new Uint8Array(digest)].map((each) => each.toString(16).padStart(2, '0')).join('');
}

async function takeOver(): Promise<void> {
  const others = (await caches.keys()).filter((each) => each.startsWith(PREFIX) && each !== OURS);
  await Promise.all(others.map((each) => caches.delete(each)));
  await self.clients.claim();
}

async function kept(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(OURS);
  return (await cache.match(path)) ?? fetch(request);
}
