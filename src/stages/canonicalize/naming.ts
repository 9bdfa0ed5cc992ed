import { fileStem, withoutPeriods } from "../../model/manifest/file-stem.ts";
import type { Region } from "../../model/manifest/manifest.ts";
import { type FreeNames, nameOf, sourceName } from "../../model/manifest/names.ts";

/**
 * The code of a new source: `<publication>_<name>`, the name from the sheet, or from the file where
 * there is no sheet. By rule only; once given it is kept by the canonical manifest.
 */
export function sourceCode(publication: string, region: Region, codes: FreeNames): string {
  const base =
    region.sheet === null ? fileStem(region.member ?? region.file) : sheetName(region.sheet);
  const table = region.number > 1 ? `${base}_table_${region.number}` : base;
  const plain = table.startsWith(`${publication}_`) || table === publication;
  const code = plain ? table : `${publication}_${table}`;
  return codes.take(sourceName(code));
}

function sheetName(sheet: string): string {
  const bare = nameOf(withoutPeriods(sheet));
  return bare === "column" ? nameOf(sheet) : bare;
}
