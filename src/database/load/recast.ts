import { identifier } from "../identifier.ts";
import type { TableColumn } from "../tables/source-table.ts";

/** A table with columns `has` as it reads once it has columns `wanted`, of which others hold nothing. */
export function recast(
  table: string,
  has: readonly TableColumn[],
  wanted: readonly TableColumn[],
): string {
  const isSame =
    has.length === wanted.length &&
    wanted.every(({ name, type }, at) => has[at]?.name === name && has[at].type === type);
  if (isSame) return table;
  const columns = wanted.map(({ name, type }) => {
    const held = has.some((one) => one.name === name) ? identifier(name) : "null";
    return `${held}::${type} as ${identifier(name)}`;
  });
  return `(select ${columns.join(", ")} from ${table}) recast`;
}
