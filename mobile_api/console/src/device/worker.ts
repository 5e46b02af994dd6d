/** The service worker, which opens the console without a connection. */

import { signal } from '@preact/signals';

const ADDRESS = '/console/worker.js';

interface Policies {
  createPolicy(
    name: string,
    rules: { createScriptURL: (address: string) => string },
  ): { createScriptURL: (address: string) => string };
}

/** `waiting`: a newer release is here. `replaced`: another tab opened it, and this page is older. */
export const release = signal<'current' | 'waiting' | 'replaced'>('current');

let isAsked = false;

/** Installs the worker where the browser has one: over https, or on this machine. */
export async function installWorker(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  let hadOne = serviceWorker.controller !== null;
  serviceWorker.addEventListener('controllerchange', () => {
    if (isAsked) location.reload();
    else if (hadOne) release.value = 'replaced';
    hadOne = true;
  });
  const registration = await serviceWorker.register(trusted(), { scope: '/console/', updateViaCache: 'none' });
  const follow = (installing: ServiceWorker | null) =>
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed' && serviceWorker.controller) release.value = 'waiting';
    });
  if (registration.waiting && serviceWorker.controller) release.value = 'waiting';
  follow(registration.installing);
  registration.addEventListener('updatefound', () => follow(registration.installing));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void registration.update().catch(() => {});
  });
}

/** Opens the newer release: reloads once its worker is in charge, and not before. */
export async function openRelease(): Promise<void> {
  isAsked = true;
  const registration = await navigator.serviceWorker.getRegistration('/console/');
  if (registration?.waiting) registration.waiting.postMessage('take over');
  else location.reload();
}

/** The only script address that the page's policy lets through. */
function trusted(): string {
  const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes;
  const rules = {
    createScriptURL: (address: string) => {
      if (address !== ADDRESS) throw new TypeError(`${address} is not the console's worker`);
      return address;
    },
  };
  return (policies?.createPolicy('assent-worker', rules) ?? rules).createScriptURL(ADDRESS);
}
