/** Names that tell people and things apart. */

// The shape of the platform's own ids: a name of that shape could pass for another's id.
const LIKE_AN_ID = /^[a-z]+_[0-9a-z]{20,}$|:/i;

/** Names by id. One that two have, or that reads like an id, is left out: whoever chose another's name is shown by their
 * own id, and so is the other. */
export function toldApart(all: Iterable<readonly [id: string, name: string | null]>): ReadonlyMap<string, string> {
  const ids = new Map<string, string | null>();
  const found = new Map<string, string>();
  for (const [id, name] of all) {
    if (name === null || name === '' || LIKE_AN_ID.test(name)) continue;
    const heard = name.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim();
    ids.set(heard, ids.has(heard) && ids.get(heard) !== id ? null : id);
    found.set(id, name);
  }
  return new Map([...ids.values()].flatMap((id) => (id === null ? [] : [[id, found.get(id)!]])));
}
