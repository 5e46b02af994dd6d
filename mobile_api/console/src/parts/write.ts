import { useRef } from 'preact/hooks';

import { write, type Write } from '../api/call.ts';

/** Sends writes of the API: the same one sent again, while nothing was answered but refusals, is one with it. Throws as
 * `write` does. */
export function useWrite(): <T>(call: Write) => Promise<T> {
  const sent = useRef({ what: '', key: '' });
  return async <T,>(call: Write) => {
    const what = JSON.stringify(call);
    if (sent.current.what !== what) sent.current = { what, key: crypto.randomUUID() };
    const answer = await write<T>(call, sent.current.key);
    sent.current = { what: '', key: '' };
    return answer;
  };
}
