import type { Region, RegionColumn } from "../../model/manifest.ts";
import type { TableGuide } from "../../model/publication.ts";
import type { Sheet } from "../../model/sheet.ts";
import { countClaims, sheetClaims } from "./claims.ts";
import { findTables } from "./find-tables.ts";
import type { SheetSeen } from "./found.ts";
import { findGuided, guideOf } from "./guide.ts";
import { readPlainSheet } from "./plain-sheet.ts";
import { profileColumns } from "./profile.ts";
import { regionOf } from "./region.ts";
import { sampleSheet } from "./sample.ts";

/**
 * What stands on a sheet, by the guide that holds for it or by the finder. Reads the sheet three times at most: to find its tables, to profile their columns over all rows, and
 * to count what every cell was claimed as. Memory: that of the sample.
 */
export async function readSheet(
  sheet: Sheet,
  artifact: string,
  file: string,
  guides: readonly TableGuide[],
): Promise<SheetSeen> {
  const guide = guideOf(guides, sheet, file);
  const plain = guide === null ? await readPlainSheet(sheet, artifact, file) : null;
  if (plain !== null) return plain;
  const sample = await sampleSheet(sheet);
  const found = guide === null ? findTables(sample) : findGuided(sample, guide);
  const profiles = found.tables.length === 0 ? [] : await profileColumns(sheet, found.tables);
  const regions = found.tables.flatMap((table, at) => {
    const profile = profiles[at];
    if (profile === undefined) return [];
    const place = {
      artifact,
      file,
      member: sheet.member,
      sheet: sheet.name,
      hidden: sheet.hidden,
      number: at + 1,
    };
    const region = regionOf(place, table, profile);
    return [guide?.unpivot === false ? withoutPeriodColumns(region) : region];
  });
  const judged = found.tables.map((table, at) => ({
    ...table,
    quarantined: regions[at]?.quarantined ?? table.quarantined,
  }));
  const final = { ...found, tables: judged };
  return { regions, claims: sheetClaims(sheet, artifact, final, await countClaims(sheet, final)) };
}

/** Columns headed by periods as measures like any others. */
function withoutPeriodColumns(region: Region): Region {
  const columns = region.columns.map((column): RegionColumn => {
    if (column.role !== "period") return column;
    const { period: _period, ...rest } = column;
    return { ...rest, role: "measure" };
  });
  return { ...region, columns };
}
