/** Calls `task` once the browser has nothing else to do, and within a second all the same; what it returns takes that
 * back. */
export function whenIdle(task: () => void): () => void {
  // Safari has no such callback: what was to be drawn first is drawn after a pause that nobody notices.
  if (!('requestIdleCallback' in globalThis)) {
    const timer = setTimeout(task, 100);
    return () => clearTimeout(timer);
  }
  const asked = requestIdleCallback(task, { timeout: 1000 });
  return () => cancelIdleCallback(asked);
}
