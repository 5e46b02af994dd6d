/** Shows what is pushed, as browsers that read the message themselves do, and opens the page that it
 * leads to. Nothing is decided in a notification. */

declare const self: ServiceWorkerGlobalScope;
export {};

interface Shown {
  readonly title: string;
  readonly body: string;
  readonly navigate: string;
  readonly tag?: string;
  readonly data?: unknown;
}

// A push that shows nothing costs the subscription, so there is always something to show.
const UNREAD: Shown = {
  title: 'Assent',
  body: 'Something happened: open the console.',
  navigate: '/console/',
};

self.addEventListener('push', (event) => {
  const { title, body, navigate, tag, data } = shown(event.data);
  const options = { body, ...(tag ? { tag } : {}), data: { navigate, told: data } };
  event.waitUntil(self.registration.showNotification(title, options));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const said = (event.notification.data as { navigate?: unknown } | null)?.navigate;
  const url = new URL(String(said ?? UNREAD.navigate), self.location.origin);
  // Whoever could push could name any page.
  event.waitUntil(opened(url.origin === self.location.origin ? url.href : UNREAD.navigate));
});

function shown(data: PushMessageData | null): Shown {
  try {
    const told = (data?.json() as { notification?: Partial<Shown> } | undefined)?.notification;
    return told?.title ? { ...UNREAD, ...told } : UNREAD;
  } catch {
    return UNREAD;
  }
}

async function opened(url: string): Promise<void> {
  const open = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const there = open.find((each) => each.url === url);
  if (there) await there.focus();
  else await self.clients.openWindow(url);
}
