/** Where the nodes of a graph are drawn: each above those that it follows from. */

export interface Placed {
  readonly layer: number;
  readonly place: number;
}

/** The place of each node. `before` are the nodes that each follows from; what is not among the nodes is left out, and
 * so is a cause that would close a circle. Layer 0 has what follows from nothing; in a layer, nodes stand in the order of
 * those below them. */
export function layered(nodes: readonly string[], before: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, Placed> {
  const depths = new Map<string, number>();
  const depth = (node: string, above: ReadonlySet<string>): number => {
    const known = depths.get(node);
    if (known !== undefined) return known;
    const causes = (before.get(node) ?? []).filter((each) => nodes.includes(each) && !above.has(each) && each !== node);
    const found = Math.max(-1, ...causes.map((each) => depth(each, new Set([...above, node])))) + 1;
    depths.set(node, found);
    return found;
  };
  for (const node of nodes) depth(node, new Set());
  const placed = new Map<string, Placed>();
  for (let layer = 0; placed.size < nodes.length; layer++) {
    const middle = (node: string) => {
      const below = (before.get(node) ?? []).flatMap((each) => placed.get(each)?.place ?? []);
      return below.reduce((sum, each) => sum + each, 0) / (below.length || 1);
    };
    const there = nodes.filter((each) => depths.get(each) === layer).sort((one, other) => middle(one) - middle(other));
    there.forEach((node, place) => placed.set(node, { layer, place }));
  }
  return placed;
}
