import { digestOfNumber, sumOfDigests } from "../../model/digest/digest-sum.ts";
import type { DigestColumn } from "../../model/digest/row-digest.ts";
import type { Executor } from "../database.ts";
import { shownPeriods } from "../tables/load-digests.ts";
import { digestColumns, rowDigestSql } from "../tables/row-digest.ts";
import { liveColumns } from "../tables/shape-source.ts";
import { silverView } from "../tables/source-table.ts";

/** What the export of a source must hold. */
export interface ExportDigest {
  readonly columns: readonly DigestColumn[];
  readonly digest: string;
}

/**
 * The digest of the rows that the silver view of a source shows, from those that its loads were committed with;
 * if one of them has none, it is taken from the view.
 */
export async function exportDigest(executor: Executor, source: string): Promise<ExportDigest> {
  const columns = digestColumns((await liveColumns(executor, source)) ?? []);
  const shown = await shownPeriods<{ digest: string | null }>(executor, source, "digest");
  const digests = shown.flatMap((one) => one.digest ?? []);
  if (digests.length === shown.length) return { columns, digest: sumOfDigests(digests) };
  const [row] = await executor.rows<{ sum: string | null }>(
    `select sum(${rowDigestSql(columns)})::text as sum from ${silverView(source)}`,
  );
  return { columns, digest: digestOfNumber(BigInt(row?.sum ?? 0)) };
}
