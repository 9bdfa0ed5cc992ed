/** The rows right below each row of an outline: `depth` says how deep each row stands, null for a row outside it. */
export function childrenOf(depths: readonly (number | null)[]): Map<number, number[]> {
  const children = new Map<number, number[]>();
  const open: number[] = [];
  for (const [at, depth] of depths.entries()) {
    if (depth === null) continue;
    while (open.length > 0 && (depths[open.at(-1) ?? 0] ?? 0) >= depth) open.pop();
    const parent = open.at(-1);
    if (parent !== undefined) {
      const rows = children.get(parent);
      if (rows === undefined) children.set(parent, [at]);
      else rows.push(at);
    }
    open.push(at);
  }
  return children;
}
