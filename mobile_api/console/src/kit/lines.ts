/** Which lines of a text were taken out and put in. */

export interface Line {
  readonly change: 'same' | 'out' | 'in';
  readonly text: string;
}

// A table of so many cells is made in a moment; beyond it all that is between the first and the last difference counts as changed.
const MOST_CELLS = 1_000_000;

/** The lines of both texts in their order, with as few of them changed as there can be: what is taken out stands before what is put in
 * its place. */
export function changedLines(before: string, after: string): readonly Line[] {
  const [was, is] = [before.split('\n'), after.split('\n')];
  let first = 0;
  while (first < was.length && first < is.length && was[first] === is[first]) first++;
  let last = 0;
  const left = Math.min(was.length, is.length) - first;
  while (last < left && was.at(-1 - last) === is.at(-1 - last)) last++;
  const same = (text: string): Line => ({ change: 'same', text });
  const middle = between(was.slice(first, was.length - last), is.slice(first, is.length - last));
  return [...was.slice(0, first).map(same), ...middle, ...was.slice(was.length - last).map(same)];
}

function between(was: readonly string[], is: readonly string[]): readonly Line[] {
  const common = was.length * is.length > MOST_CELLS ? null : commonOf(was, is);
  const lines: Line[] = [];
  let [at, to] = [0, 0];
  while (at < was.length || to < is.length) {
    if (common !== null && at < was.length && to < is.length && was[at] === is[to]) {
      lines.push({ change: 'same', text: was[at]! });
      at++;
      to++;
    } else if (at < was.length && (common === null || to === is.length || common[at + 1]![to]! >= common[at]![to + 1]!)) {
      lines.push({ change: 'out', text: was[at++]! });
    } else {
      lines.push({ change: 'in', text: is[to++]! });
    }
  }
  return lines;
}

/** How many lines the texts have in common from each place of both on. */
function commonOf(was: readonly string[], is: readonly string[]): readonly (readonly number[])[] {
  const common = Array.from({ length: was.length + 1 }, () => new Array<number>(is.length + 1).fill(0));
  for (let at = was.length - 1; at >= 0; at--) {
    for (let to = is.length - 1; to >= 0; to--) {
      common[at]![to] = was[at] === is[to] ? common[at + 1]![to + 1]! + 1 : Math.max(common[at + 1]![to]!, common[at]![to + 1]!);
    }
  }
  return common;
}
