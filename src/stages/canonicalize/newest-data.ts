import { columnFor } from "../../model/manifest/bind-columns.ts";
import type { Region, SourceContract } from "../../model/manifest/manifest.ts";
import { isGhost } from "../../model/manifest/similarity.ts";
import { periodOfTimeCell } from "../../model/marks/time-cell.ts";
import { type Period, parsePeriod } from "../../model/period/period.ts";
import { newestPeriod } from "../../model/period/series-lag.ts";
import type { RegionRow } from "../../model/region-row.ts";

type Rows = (region: Region) => AsyncIterable<readonly RegionRow[]>;

/**
 * The newest data period of the regions of a series. The rows are read only where several columns make the
 * period, or one holds more values than were kept.
 */
export async function newestData(
  contract: SourceContract,
  regions: readonly Region[],
  period: string,
  rowsOf: Rows,
): Promise<string | null> {
  const release = parsePeriod(period);
  if (release === null) return null;
  const found: string[] = [];
  for (const region of regions) {
    const newest = await newestOf(contract, region, release, rowsOf);
    if (newest !== null) found.push(newest);
  }
  return newestPeriod(found, release);
}

async function newestOf(
  contract: SourceContract,
  region: Region,
  release: Period,
  rowsOf: Rows,
): Promise<string | null> {
  const wide = region.columns.filter((column) => column.role === "period" && !isGhost(column));
  if (contract.layout === "unpivot") {
    return newestPeriod(
      wide.flatMap((column) => column.period ?? []),
      release,
    );
  }
  const columns = region.columns.flatMap((column, index) => {
    const name = columnFor(contract, region, column)?.name;
    return name !== undefined && contract.time.includes(name) ? [{ column, index }] : [];
  });
  const [first, ...others] = columns;
  if (first === undefined) return null;
  const { periods } = first.column;
  if (others.length === 0 && periods !== undefined) return newestPeriod([periods[1]], release);
  const header = first.column.header.at(-1) ?? "";
  const texts = new Set<string>();
  for await (const batch of rowsOf(region)) {
    for (const row of batch) {
      if (row.kind !== "data") continue;
      texts.add(columns.map(({ index }) => row.cells[index]?.text.trim() ?? "").join(" "));
    }
  }
  const read = [...texts].flatMap((text) => periodOfTimeCell(text, header) ?? []);
  return newestPeriod(read, release);
}
