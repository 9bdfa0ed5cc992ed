import type { TableGuide } from "../../model/publication.ts";
import type { Sheet } from "../../model/sheet.ts";
import { documentOf } from "./lines/documents.ts";
import { sampleSheet } from "./lines/sample.ts";
import { readPlainSheet } from "./plain/plain-sheet.ts";
import { sheetClaims } from "./profile/claims.ts";
import { profileSheet } from "./profile/profile.ts";
import { regionOf } from "./profile/region.ts";
import { findTables } from "./tables/find-tables.ts";
import type { FoundSheet, SheetSeen } from "./tables/found.ts";
import { findGuided, guideOf } from "./tables/guide.ts";

/**
 * What stands on a sheet, by the guide that holds for it or by the finder. Reads the sheet twice: to find its
 * tables, and to count over all rows what their columns hold and what every cell is claimed as. Memory: that
 * of the sample.
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
  const { profiles, claims } = await profileSheet(
    sheet,
    found,
    guide === null && sheet.text !== undefined,
  );
  const seen = found.tables.flatMap((table, at) => {
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
    return [regionOf(place, table, profile, guide?.unpivot)];
  });
  const regions = seen.map(({ region }) => region);
  const remarks = [...seen.flatMap((one) => one.remarks), ...claims.left()];
  const counted = {
    cells: claims.cells,
    claims: claims.settle(regions.map((region) => region.quarantined)),
  };
  return {
    regions,
    claims: sheetClaims(sheet, artifact, withRemarks(found, remarks), counted),
    document: documentOf(sheet, artifact, sample, regions),
  };
}

function withRemarks(found: FoundSheet, remarks: readonly string[]): FoundSheet {
  return { ...found, reasons: [...found.reasons, ...remarks] };
}
