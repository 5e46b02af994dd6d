/** What keeps a browser from showing notices. */

export interface Abilities {
  readonly isSecure: boolean;
  /** Whether it has a worker, push messages and notifications. */
  readonly hasPush: boolean;
  /** Whether the page was opened from the home screen; undefined where the browser does not say so,
   * as all do but those of iOS. */
  readonly isInstalled: boolean | undefined;
  readonly permission: NotificationPermission | undefined;
}

export type Hindrance = 'insecure' | 'ios' | 'unsupported' | 'denied';

/** Null where nothing does: what is left is to ask its person. */
export function hindranceOf({ isSecure, hasPush, isInstalled, permission }: Abilities): Hindrance | null {
  if (!isSecure) return 'insecure';
  if (!hasPush) return isInstalled === false ? 'ios' : 'unsupported';
  return permission === 'denied' ? 'denied' : null;
}
