import type { Region, SheetDocument } from "../../model/manifest/manifest.ts";
import { LONGEST_PUBLISHED, placeOf, tidy } from "./tidy.ts";

interface ListedTitle {
  readonly title: string;
  readonly said_in: string;
}

/** The titles that a list of contents gives the sheets, by the normal form of their names. */
export function listedTitles(
  documents: readonly SheetDocument[],
  sheets: readonly string[],
): ReadonlyMap<string, ListedTitle> {
  const known = new Set(sheets.map(sheetKey));
  const found = new Map<string, ListedTitle>();
  for (const document of documents) {
    if (document.kind !== "contents" && document.kind !== "cover") continue;
    for (const { row, cells } of document.lines) {
      const listed = listedTitle(
        cells.filter((text) => text !== ""),
        known,
      );
      if (listed === null || found.has(listed.key)) continue;
      found.set(listed.key, { title: listed.title, said_in: placeOf(document, row) });
    }
  }
  return found;
}

/** "Table 3", "Table_3", "3" and "T3" name one sheet. */
export function sheetKey(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "")
    .replace(/^(?:table|tab|sheet|worksheet|t)(?=\d)/, "")
    .replace(/\.$/, "");
}

const NUMBERED =
  /^((?:(?:data )?(?:table|sheet|tab|worksheet)\s*)?[A-Z]?\d+(?:\.\d+)*[a-z]?)\s*[-–—:.)]*\s+(\S.*)$/i;

/** A line that names a sheet in one cell and its title in another, or both in one: "Table 3: …". */
function listedTitle(
  cells: readonly string[],
  known: ReadonlySet<string>,
): { readonly key: string; readonly title: string } | null {
  const at = cells.findIndex((text) => known.has(sheetKey(text)));
  if (at >= 0) {
    const others = cells
      .filter((_text, index) => index !== at)
      .map(tidy)
      .filter(isTitle);
    const title = others.toSorted((a, b) => b.length - a.length)[0];
    return title === undefined ? null : { key: sheetKey(cells[at] ?? ""), title };
  }
  const [, name = "", title = ""] = NUMBERED.exec(cells[0] ?? "") ?? [];
  const key = sheetKey(name);
  return known.has(key) && isTitle(tidy(title)) ? { key, title: tidy(title) } : null;
}

function isTitle(text: string): boolean {
  return text.length >= 8 && text.length <= LONGEST_PUBLISHED && /\p{L}{3}.*\s/u.test(text);
}

/** The region with the title that the contents give its sheet, where it has none of its own. */
export function titledByContents(
  region: Region,
  titles: ReadonlyMap<string, ListedTitle>,
  tablesOfSheet: number,
): Region {
  const listed = region.sheet === null ? undefined : titles.get(sheetKey(region.sheet));
  if (listed === undefined || region.title !== undefined || tablesOfSheet > 1) return region;
  return { ...region, title: listed.title, said_in: listed.said_in };
}
