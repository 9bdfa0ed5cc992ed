import { dictionaryHeader } from "../../model/dictionary.ts";
import type { Region, RegionColumn, SheetDocument } from "../../model/manifest.ts";
import { nameOf } from "../../model/names.ts";
import { LONGEST_PUBLISHED, tidy } from "./tidy.ts";

/** What a data dictionary of the publisher says of one field. */
export interface DictionaryEntry {
  /** The field by rule, as columns are named. */
  readonly field: string;
  readonly meaning: string;
  /** "<sheet>, row 12". */
  readonly said_in: string;
}

/**
 * The entries of all dictionaries of a release. A field that is explained in two ways is left out: which
 * of them holds for which table is not said.
 */
export function dictionaryOf(documents: readonly SheetDocument[]): readonly DictionaryEntry[] {
  const found = new Map<string, DictionaryEntry | null>();
  for (const document of documents) {
    for (const entry of entriesOf(document)) {
      const before = found.get(entry.field);
      if (before === undefined) found.set(entry.field, entry);
      else if (before?.meaning !== entry.meaning) found.set(entry.field, null);
    }
  }
  return [...found.values()].filter((entry) => entry !== null);
}

/** Below each header of a dictionary: the lines with a field and a meaning, up to the next header. */
function entriesOf(document: SheetDocument): DictionaryEntry[] {
  const entries: DictionaryEntry[] = [];
  let header: ReturnType<typeof dictionaryHeader> = null;
  for (const { row, cells } of document.lines) {
    const next = dictionaryHeader(cells);
    header = next ?? header;
    if (next !== null || header === null) continue;
    const field = cells[header.field] ?? "";
    const meaning = tidy(cells[header.meaning] ?? "");
    if (field === "" || meaning.length < 3 || meaning.length > LONGEST_PUBLISHED) continue;
    entries.push({ field: fieldName(field), meaning, said_in: placeOf(document, row) });
  }
  return entries;
}

export function placeOf(document: SheetDocument, row: number): string {
  return `${document.sheet ?? document.member ?? "file"}, row ${row}`;
}

/** A header or the field of a dictionary without footnote marks, as columns are named. */
function fieldName(text: string): string {
  return nameOf(text.replace(/\s*(?:\[[^\]]{1,20}\]|\((?:note )?\d[\d, ]*\)|[*†‡¹²³]+)/gi, ""));
}

/** The column with what the publisher's dictionary says of it, if it says anything. */
export function describedByPublisher(
  column: RegionColumn,
  dictionary: ReadonlyMap<string, DictionaryEntry>,
): RegionColumn {
  const leaf = column.header.at(-1) ?? "";
  const names = [fieldName(column.header.join(" ")), column.name, fieldName(leaf)];
  const entry = names.map((name) => dictionary.get(name)).find((one) => one !== undefined);
  if (entry === undefined || column.said_by === "person" || saysTheSame(entry.meaning, leaf)) {
    return column;
  }
  const { meaning, said_in } = entry;
  return { ...column, description: meaning, said_by: "publisher", said_in };
}

function saysTheSame(meaning: string, header: string): boolean {
  return nameOf(meaning) === nameOf(header);
}

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
