import { CanonryError } from "./errors.ts";

/** A column and what stands in it; "" is an empty cell. */
export interface Condition {
  readonly column: string;
  readonly value: string;
}

const CONDITION =
  /\s*([a-z_][a-z0-9_]*)\s*=\s*(?:'((?:[^']|'')*)'|"((?:[^"]|"")*)"|([^'"\s].*?|))\s*(?:$|\band\b(?=\s*[a-z_][a-z0-9_]*\s*=))/isy;

/**
 * A filter of rows: `column = value`, joined by `and`. A value may be quoted with ' or ", the quote doubled
 * inside; without quotes it goes on to the next `and column =`. Nothing else: it is never SQL. Throws
 * FILTER_INVALID.
 */
export function parseFilter(text: string): readonly Condition[] {
  const conditions: Condition[] = [];
  const pattern = new RegExp(CONDITION);
  while (pattern.lastIndex < text.length) {
    const from = pattern.lastIndex;
    const found = pattern.exec(text);
    if (found === null || pattern.lastIndex === from) {
      throw new CanonryError(
        "FILTER_INVALID",
        `${JSON.stringify(text.slice(from))} is no condition`,
      );
    }
    const [, column = "", single, double, bare = ""] = found;
    const value = single?.replaceAll("''", "'") ?? double?.replaceAll('""', '"') ?? bare;
    conditions.push({ column: column.toLowerCase(), value });
  }
  if (conditions.length === 0) throw new CanonryError("FILTER_INVALID", "the filter is empty");
  return conditions;
}
