/** How long somebody had a card before them. */

import { useEffect, useRef } from 'preact/hooks';

/** Tells for how long the component was in view, in whole milliseconds: not behind another tab, not
 * with the screen off. */
export function useReadingTime(): () => number {
  const read = useRef({ ms: 0, since: performance.now() });
  const count = () => {
    const now = performance.now();
    read.current.ms += now - read.current.since;
    read.current.since = now;
    return Math.round(read.current.ms);
  };
  useEffect(() => {
    const turn = () => {
      // What passed until now counts where it was in view.
      if (document.visibilityState === 'hidden') count();
      else read.current.since = performance.now();
    };
    document.addEventListener('visibilitychange', turn);
    return () => document.removeEventListener('visibilitychange', turn);
  }, []);
  return () => (document.visibilityState === 'hidden' ? Math.round(read.current.ms) : count());
}
