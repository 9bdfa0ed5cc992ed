import { type Check, type Finding, finding, MOST_CELLS } from "../../model/manifest/check.ts";
import type { Executor } from "../database.ts";
import { identifier, literal } from "../identifier.ts";
import { markOf } from "./addends.ts";
import { type CheckedLoad, columnNamed } from "./checked-load.ts";

/** Checks of cells, and of rows against each other: each is one statement over the data rows of the load. */

type CheckOf<Kind extends Check["kind"]> = Extract<Check, { readonly kind: Kind }>;

interface Hit {
  readonly part: number;
  readonly row: number;
  readonly period: string | null;
  readonly column: string;
  readonly value: string | null;
  /** Of all, not only of those that are named. */
  readonly hits: number;
}

export async function unique(
  executor: Executor,
  { columns }: CheckOf<"unique">,
  { table, loadId, load }: CheckedLoad,
): Promise<Finding> {
  const keys = columns.map((name) => `b.${identifier(name)}`).join(", ");
  const twice = await executor.rows<Omit<Hit, "column"> & { readonly times: number }>(
    `select (array_agg(b._part order by b._part, b._row))[2] as part,
            (array_agg(b._row order by b._part, b._row))[2] as row,
            (array_agg(b._period order by b._part, b._row))[2] as period,
            concat_ws(', ', ${keys}) as value, count(*) as times, count(*) over () as hits
       from ${table} b where b._load_id = $1 and b._kind = 'data'
      group by ${keys} having count(*) > 1
      order by 1, 2 limit ${MOST_CELLS}`,
    [loadId],
  );
  const column = columns[0] ?? "";
  return finding(`no two rows with one ${columns.join(" + ")}`, "keys come more than once", {
    count: twice[0]?.hits ?? 0,
    cells: twice.map(
      (one) => `${load.cite({ ...one, column })} ${one.value ?? ""} (${one.times} times)`,
    ),
  });
}

export async function notNull(
  executor: Executor,
  { columns }: CheckOf<"not_null">,
  checked: CheckedLoad,
): Promise<Finding> {
  const test = (name: string): string =>
    `b.${identifier(name)} is null and ${markOf(columnNamed(checked, name))} is null`;
  return finding(
    `a value in every ${columns.join(", ")}`,
    "cells are empty",
    await hitsOf(executor, columns, checked, test),
  );
}

export async function acceptedValues(
  executor: Executor,
  { columns, values }: CheckOf<"accepted_values">,
  checked: CheckedLoad,
): Promise<Finding> {
  const accepted = values.map((value) => literal(String(value))).join(", ");
  const test = (name: string): string => `b.${identifier(name)}::text not in (${accepted})`;
  const more = values.length > MOST_CELLS ? ` and ${values.length - MOST_CELLS} more` : "";
  return finding(
    `${columns.join(", ")} is one of ${values.slice(0, MOST_CELLS).join(", ")}${more}`,
    "values are none of them",
    await hitsOf(executor, columns, checked, test),
  );
}

export async function range(
  executor: Executor,
  { columns, min, max }: CheckOf<"range">,
  checked: CheckedLoad,
): Promise<Finding> {
  const test = (name: string): string => {
    const { type } = columnNamed(checked, name);
    const as = type === "bigint" ? "numeric" : type;
    const value = `b.${identifier(name)}::${as}`;
    const bound = (sign: string, end: number | string | undefined): readonly string[] =>
      end === undefined ? [] : [`${value} ${sign} ${literal(String(end))}::${as}`];
    return `(${[...bound("<", min), ...bound(">", max)].join(" or ")})`;
  };
  return finding(
    `${columns.join(", ")} from ${min ?? "any"} to ${max ?? "any"}`,
    "values are outside",
    await hitsOf(executor, columns, checked, test),
  );
}

/** The data cells of the columns that a condition over the row `b` is true of. */
async function hitsOf(
  executor: Executor,
  columns: readonly string[],
  { table, loadId, load }: CheckedLoad,
  test: (column: string) => string,
): Promise<Pick<Finding, "count" | "cells">> {
  const hits: Hit[] = [];
  let count = 0;
  for (const column of columns) {
    const found = await executor.rows<Hit>(
      `select b._part as part, b._row as row, b._period as period,
              b.${identifier(column)}::text as value, count(*) over () as hits
         from ${table} b where b._load_id = $1 and b._kind = 'data' and ${test(column)}
        order by b._part, b._row limit ${MOST_CELLS}`,
      [loadId],
    );
    count += found[0]?.hits ?? 0;
    hits.push(...found.map((one) => ({ ...one, column })));
  }
  const cells = hits.slice(0, MOST_CELLS).map((one) => `${load.cite(one)} ${one.value ?? "empty"}`);
  return { count, cells };
}
