import type { ComponentChildren } from 'preact';

import { askWho, hasOne, me, unknownBecause } from '../me.ts';
import { words } from '../words.ts';
import { Trouble } from './loaded.tsx';

interface Properties {
  roles: readonly string[];
  /** What only they may do, as in "may set limits"; absent for opening the page. */
  may?: string;
  children: ComponentChildren;
}

/** What is for those who have one of the roles; to others, who may. */
export function Only({ roles, may, children }: Properties) {
  if (hasOne(roles)) return <>{children}</>;
  if (me.value !== null) return <p>{words.navigation.only(roles, may)}</p>;
  if (unknownBecause.value !== null) return <Trouble problem={unknownBecause.value} again={askWho} />;
  return <p role="status">{words.loading}</p>;
}
