const TRIES = 20;
const PAUSE_MS = 500;

/** What `read` gives once `has` holds of it: what is read follows what was done within a moment. After ten seconds, what it
 * gives then. */
export async function followed<T>(read: () => Promise<T>, has: (found: T) => boolean): Promise<T> {
  for (let tried = 1; ; tried++) {
    const found = await read();
    if (has(found) || tried === TRIES) return found;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
