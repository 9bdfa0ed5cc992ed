import { dictionaryHeader } from "../../model/manifest/dictionary.ts";
import type { RegionColumn, SheetDocument } from "../../model/manifest/manifest.ts";
import { nameOf } from "../../model/manifest/names.ts";
import { LONGEST_PUBLISHED, placeOf, tidy } from "./tidy.ts";

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
    for (const entry of [...entriesOf(document), ...definitionsOf(document)]) {
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

/** What a definition begins with where the term stands before it. */
const DEFINES = /^(?:is|are|means?|refers? to|denotes?|represents?|describes?) /i;
const LONGEST_TERM = 60;

/**
 * Terms that notes define without a header: "ex" and beside it or on the line below "is the average …",
 * which may go on over more lines, up to the next term.
 */
function definitionsOf(document: SheetDocument): DictionaryEntry[] {
  if (document.kind === "contents" || document.kind === "cover") return [];
  const entries: DictionaryEntry[] = [];
  const lines = document.lines.map(({ row, cells }) => ({
    row,
    texts: cells.filter((text) => text !== "").map(tidy),
  }));
  for (const [at, { row, texts }] of lines.entries()) {
    const [term = "", beside = ""] = texts;
    if (term === "" || term.length > LONGEST_TERM || texts.length > 2) continue;
    const meaning = beside === "" ? textBelow(lines.slice(at + 1, at + 6)) : beside;
    if (!DEFINES.test(meaning) || meaning.length > LONGEST_PUBLISHED) continue;
    entries.push({
      field: fieldName(term),
      meaning: sentence(meaning),
      said_in: placeOf(document, row),
    });
  }
  return entries;
}

/** The text of the next line and of those that it goes on over: they end where a sentence does. */
function textBelow(lines: readonly { readonly texts: readonly string[] }[]): string {
  const found: string[] = [];
  for (const { texts } of lines) {
    const [text = ""] = texts;
    if (texts.length !== 1) break;
    found.push(text);
    if (/[.;:]$/.test(text)) break;
  }
  return found.join(" ");
}

/** "is the average age" as "The average age". */
function sentence(meaning: string): string {
  const text = meaning.replace(DEFINES, "");
  return text.charAt(0).toUpperCase() + text.slice(1);
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
