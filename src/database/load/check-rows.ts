import type { DigestColumn } from "../../model/digest/row-digest.ts";
import { CanonryError } from "../../model/errors.ts";
import type { LoadCommit, LoadCounts, RowFacts } from "../../model/load-commit.ts";
import type { Transaction } from "../database.ts";
import { loadFacts } from "../tables/row-digest.ts";

export interface CopiedRows {
  readonly table: string;
  readonly loadId: number;
  readonly columns: readonly DigestColumn[];
  /** Rows that the server counted while it copied. */
  readonly copied: number;
}

/**
 * Written = counted by the server while it copied = counted, column by column, and hashed in the table: by part,
 * kind and data period. Throws CONSERVATION_BROKEN with what differs.
 */
export async function checkRows(
  connection: Transaction,
  load: Pick<LoadCommit, "source" | "period">,
  { table, loadId, columns, copied }: CopiedRows,
  counts: LoadCounts,
): Promise<void> {
  const periods = counts.facts.some(({ period }) => period !== "");
  const parts = counts.parts.length > 1;
  const held = await loadFacts(connection, table, columns, { loads: [loadId], parts, periods });
  const differences = differencesOf(counts.facts, held, columns);
  const [data, total] = [rowsOf(held, "data"), rowsOf(held, "total")];
  const written = counts.rows_data + counts.rows_total;
  if (copied !== written || data !== counts.rows_data || total !== counts.rows_total) {
    differences.unshift(
      `${counts.rows_data} + ${counts.rows_total} rows were written, ${copied} copied, ${data} + ${total} are in the table`,
    );
  }
  if (differences.length === 0) return;
  throw new CanonryError(
    "CONSERVATION_BROKEN",
    `${load.source} ${load.period}: ${differences.slice(0, MOST_TOLD).join("; ")}`,
  );
}

const MOST_TOLD = 5;

function rowsOf(facts: readonly RowFacts[], kind: RowFacts["kind"]): number {
  return facts.filter((one) => one.kind === kind).reduce((sum, one) => sum + one.rows, 0);
}

function differencesOf(
  written: readonly RowFacts[],
  held: readonly RowFacts[],
  columns: readonly DigestColumn[],
): string[] {
  const nameOf = ({ part, kind, period }: RowFacts): string =>
    [part === 0 ? "another part" : `part ${part}`, kind, period]
      .filter((text) => text !== "")
      .join(" ");
  const found = new Map(held.map((one) => [nameOf(one), one]));
  const known = new Set(written.map(nameOf));
  return [
    ...written.flatMap((one) => {
      const name = nameOf(one);
      const other = found.get(name);
      if (other === undefined) return [`${name}: none of its ${one.rows} rows is in the table`];
      return differences(one, other, columns).map((what) => `${name}: ${what}`);
    }),
    ...[...found.keys()].filter((name) => !known.has(name)).map((name) => `${name}: never written`),
  ];
}

function differences(
  one: RowFacts,
  other: RowFacts,
  columns: readonly DigestColumn[],
): readonly string[] {
  if (one.rows !== other.rows)
    return [`${one.rows} rows were written, ${other.rows} are in the table`];
  const counted = columns.flatMap(({ name }, at) =>
    one.values[at] === other.values[at]
      ? []
      : [`${one.values[at]} values of ${name} were written, ${other.values[at]} are in the table`],
  );
  return [
    ...counted,
    ...(one.digest === other.digest
      ? []
      : [`the digest of what was written is ${one.digest}, that of the table ${other.digest}`]),
    ...(one.row_sum === other.row_sum
      ? []
      : [`row numbers written add up to ${one.row_sum}, those in the table to ${other.row_sum}`]),
  ];
}
