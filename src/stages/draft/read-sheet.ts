import type { Sheet } from "../../model/sheet.ts";
import { countClaims, sheetClaims } from "./claims.ts";
import { findTables } from "./find-tables.ts";
import type { SheetSeen } from "./found.ts";
import { readPlainSheet } from "./plain-sheet.ts";
import { profileColumns } from "./profile.ts";
import { regionOf } from "./region.ts";
import { sampleSheet } from "./sample.ts";

/**
 * Reads a sheet three times at most: to find its tables, to profile their columns over all rows, and
 * to count what every cell was claimed as. Memory: that of the sample.
 */
export async function readSheet(sheet: Sheet, artifact: string, file: string): Promise<SheetSeen> {
  const plain = await readPlainSheet(sheet, artifact, file);
  if (plain !== null) return plain;
  const sample = await sampleSheet(sheet);
  const found = findTables(sample);
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
    return [regionOf(place, table, profile)];
  });
  const judged = found.tables.map((table, at) => ({
    ...table,
    quarantined: regions[at]?.quarantined ?? table.quarantined,
  }));
  const final = { ...found, tables: judged };
  return { regions, claims: sheetClaims(sheet, artifact, final, await countClaims(sheet, final)) };
}
