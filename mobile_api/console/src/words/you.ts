/** What the pages of somebody's own passkeys and sessions say. */

export const passkeys = {
  about: 'A passkey is a key in your device, opened by your finger, face or PIN. With it you sign in and sign decisions.',
  none: 'You have no passkey.',
  added: (when: string) => `added ${when}`,
  removed: (when: string) => `removed ${when}`,
  synced: 'synced between your devices',
  add: 'Add a passkey',
  name: 'A name for it',
  isAdded: (name: string) => `The passkey ${name} is added.`,
  remove: 'Remove',
  removeNow: 'Remove now',
  aboutRemove: 'It signs nothing any more. Sessions that it began go on: end them under Sessions.',
  isRemoved: (name: string) => `The passkey ${name} is removed.`,
  within: 'You can add or remove one within five minutes after you signed in.',
  signInAgain: 'Sign in again',
} as const;

export const sessions = {
  none: 'You have no session.',
  here: 'this browser',
  client: { browser: 'a browser', device: 'a device', client: 'a client', support: 'support' },
  began: (when: string) => `since ${when}`,
  used: (when: string) => `used ${when}`,
  ended: (because: string) => `ended: ${because}`,
  by: (provider: string) => `signed in by ${provider}`,
  over: (when: string) => `ended ${when}`,
  until: (when: string) => `until ${when}`,
  end: 'End',
  endNow: 'End now',
  about: 'Whoever uses it has to sign in again.',
  aboutThis: 'You have to sign in again in this browser.',
  isEnded: 'The session is ended.',
} as const;
