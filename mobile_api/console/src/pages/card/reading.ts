/** How long somebody had a card before them. */

import { useEffect, useRef } from 'preact/hooks';

// The platform takes no more.
const MOST_MS = 86_400_000;

/** Tells for how long the component was in view, in whole milliseconds, at most a day: not behind
 * another tab, not with the screen off. */
export function useReadingTime(): () => number {
  const read = useRef({ ms: 0, since: performance.now() });
  const count = (): void => {
    const now = performance.now();
    read.current.ms += now - read.current.since;
    read.current.since = now;
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
  return () => {
    if (document.visibilityState === 'visible') count();
    return Math.min(MOST_MS, Math.round(read.current.ms));
  };
}
