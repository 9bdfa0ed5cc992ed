import { dictionaryHeader } from "../../../model/manifest/dictionary.ts";
import type {
  DocumentKind,
  DocumentLine,
  Region,
  SheetDocument,
} from "../../../model/manifest/manifest.ts";
import type { Sheet } from "../../../model/sheet.ts";
import { isWords } from "./cell-class.ts";
import { markerMeanings, markerRows } from "./notes.ts";
import type { SampleRow, SheetSample } from "./sample.ts";

const MOST_LINES = 1_000;
const MOST_COLUMNS = 12;
const LONGEST_CELL = 500;
/** A sheet of words has few figures: dates, numbers of notes. */
const MOST_FIGURES = 0.25;

const TABLE_NAME = /^(?:data )?(?:table|sheet|worksheet|tab)s?[ _]?\d/i;
const COVER =
  /^(?:publication date|published|date of publication|contact|author|editor|copyright)\b/i;

/**
 * The words of a sheet that documents others: one without a table, or whose table is a list of contents or
 * a dictionary. Null for a sheet of data.
 */
export function documentOf(
  sheet: Sheet,
  artifact: string,
  sample: SheetSample,
  regions: readonly Region[],
): SheetDocument | null {
  if (sample.elided.length > 0 || sample.rows.length === 0) return null;
  const left = Math.min(...sample.rows.map((row) => row.cells[0]?.column ?? 0));
  const lines = sample.rows.slice(0, MOST_LINES).map((row) => lineOf(row, left));
  const kind = kindOf(sheet.name, lines);
  const isData = regions.some((region) => !isWordy(region)) || figuresIn(sample) > MOST_FIGURES;
  const hasTable = regions.length > 0 && kind !== "dictionary" && kind !== "contents";
  if (isData || hasTable) return null;
  return {
    artifact,
    member: sheet.member,
    sheet: sheet.name,
    kind,
    lines,
    marker_meanings: markerMeanings(lines.flatMap(markerTexts)),
    marker_rows: markerRows(lines.map((line) => ({ row: line.row, texts: markerTexts(line) }))),
  };
}

/** Characters of all documents of a release; what goes beyond stays in the artifact alone. */
const MOST_CHARACTERS = 2_000_000;

/** The documents of a release, in order, as many as a manifest should carry. */
export function carried(documents: readonly SheetDocument[]): readonly SheetDocument[] {
  let characters = 0;
  return documents.filter(({ lines }) => {
    for (const { cells } of lines) for (const text of cells) characters += text.length;
    return characters <= MOST_CHARACTERS;
  });
}

/** Texts by column, from the first that the sheet fills; "" between them. */
function lineOf(row: SampleRow, left: number): DocumentLine {
  const cells: string[] = [];
  for (const cell of row.cells) {
    const at = cell.column - left;
    if (at >= MOST_COLUMNS) break;
    while (cells.length < at) cells.push("");
    cells.push(cell.text.slice(0, LONGEST_CELL));
  }
  return { row: row.row, cells };
}

/** A line as a sentence; and two cells of it as a token and its meaning. */
function markerTexts({ cells }: DocumentLine): string[] {
  const filled = cells.filter((text) => text !== "");
  const [token = "", meaning = "", ...more] = filled;
  const pair =
    meaning !== "" && more.length === 0 && token.length <= 8 && /\p{L}{2}/u.test(meaning);
  return pair && !/^\w{2,}$|^\d/.test(token) ? [`${token} = ${meaning}`] : [filled.join(" ")];
}

function isWordy(region: Region): boolean {
  return region.columns.every((column) => column.role !== "measure" && column.role !== "period");
}

function figuresIn(sample: SheetSample): number {
  const cells = sample.rows.flatMap((row) => row.cells);
  const figures = cells.filter((cell) => cell.class === "number" && !isWords(cell));
  return cells.length === 0 ? 1 : figures.length / cells.length;
}

function kindOf(name: string | null, lines: readonly DocumentLine[]): DocumentKind {
  if (lines.some((line) => dictionaryHeader(line.cells) !== null)) return "dictionary";
  const tables = lines.filter((line) => line.cells.some((text) => TABLE_NAME.test(text)));
  const listed = lines.some((line) =>
    line.cells.some((text) => /^(?:table of )?contents\b|^index$/i.test(text)),
  );
  const isCover =
    /cover|title|front|about/i.test(name ?? "") ||
    lines.some((line) => line.cells.some((text) => COVER.test(text)));
  if (/contents|index/i.test(name ?? "")) return "contents";
  if (isCover) return "cover";
  return (listed && lines.length > 3) || tables.length > 2 ? "contents" : "notes";
}
