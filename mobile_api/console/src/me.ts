/** Who is signed in, and what they may do in the chosen tenant. */

import type { Me } from './api/generated.ts';
import { read } from './api/call.ts';
import { tenant } from './session.ts';

let known: { readonly tenant: string | null; readonly me: Promise<Me> } | null = null;

/** Asked once for each tenant. Throws as `read` does. */
export function me(): Promise<Me> {
  if (known?.tenant !== tenant.value) {
    known = { tenant: tenant.value, me: read<Me>('/v1/me') };
    known.me.catch(() => (known = null));
  }
  return known!.me;
}
