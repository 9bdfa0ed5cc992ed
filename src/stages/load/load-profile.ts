import type { Issue } from "../../model/decision.ts";
import type { ColumnProfile, LoadProfile } from "../../model/load-commit.ts";

/** The columns of all parts together, in the order of the first. */
export function profileOf(issue: Issue): LoadProfile {
  const columns = new Map<string, ColumnProfile>();
  for (const { region, bindings } of issue.parts) {
    for (const { column: name, index } of bindings) {
      const seen = region.columns[index];
      if (seen === undefined) continue;
      const marks = Object.values(seen.markers).reduce((sum, count) => sum + count, 0);
      const filled = seen.values + marks;
      const before = columns.get(name);
      const categories =
        before === undefined ? seen.categories : union(before.categories, seen.categories);
      columns.set(name, {
        name,
        filled: filled + (before?.filled ?? 0),
        ...(categories === undefined ? {} : { categories }),
      });
    }
  }
  return { columns: [...columns.values()] };
}

function union(
  a: readonly string[] | undefined,
  b: readonly string[] | undefined,
): readonly string[] | undefined {
  return a === undefined || b === undefined ? undefined : [...new Set([...a, ...b])].sort();
}
