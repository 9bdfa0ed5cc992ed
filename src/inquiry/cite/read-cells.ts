import { createHash } from "node:crypto";
import type { DataLayer } from "../../data-layer/data-layer.ts";
import { closeBytes } from "../../data-layer/file-bytes.ts";
import { openWorkbook } from "../../formats/open-workbook.ts";
import { CanonryError } from "../../model/errors.ts";
import type { Limits } from "../../model/limits.ts";
import type { PartPlace } from "../../model/part-place.ts";
import { within } from "../../model/row-ranges.ts";
import { type Cell, columnIndex, columnLetter, type SheetRow } from "../../model/sheet.ts";
import type { Bytes } from "../../model/storage/bytes.ts";
import { squeeze } from "../../model/text.ts";

/** Where a part's rows are to be read again. */
export interface AskedPart {
  readonly artifact: string;
  readonly file_name: string;
  readonly member: string | null;
  readonly sheet: string | null;
  readonly place: PartPlace;
}

/** A cell, and the row in which it stands. */
export interface ReadCell {
  readonly cell: Cell | null;
  readonly row: number;
}

/** One row of a sheet as it stands in the artifact. */
export interface ReadRow {
  /** Of a CSV: the line of the file on which the record begins. */
  readonly line: number;
  /** The cell of a column; with `carried` the label of its group or section, where that stands in another row. */
  cell(letter: string, carried: boolean): ReadCell;
}

/**
 * Reads rows of a part again, from the artifact itself, whose bytes must still be those of its name. Null
 * if the store has them no more. Throws CITATION_BROKEN. Memory: one batch of rows.
 */
export async function readRows(
  data: DataLayer,
  limits: Limits,
  part: AskedPart,
  rows: readonly number[],
): Promise<ReadonlyMap<number, ReadRow> | null> {
  if (!(await data.hasArtifact(part.artifact))) return null;
  const bytes = await opened(data, part);
  try {
    await checkBytes(bytes, part);
    const workbook = await openWorkbook(bytes, { limits, fileName: part.file_name });
    try {
      const sheet = workbook.sheets.find(
        (one) => one.member === part.member && one.name === part.sheet,
      );
      if (sheet === undefined) throw broken(part, "the sheet is not there");
      return await collect(sheet.rows(), part, rows, sheet.name === null);
    } finally {
      await workbook.close();
    }
  } finally {
    await closeBytes(bytes);
  }
}

/** Some storages see for themselves that they give other bytes. */
function opened(data: DataLayer, part: AskedPart): Promise<Bytes> {
  return data.openArtifact(part.artifact, part.file_name).catch((error: unknown) => {
    const isDamaged = error instanceof CanonryError && error.code === "STORAGE_DAMAGED";
    throw isDamaged ? broken(part, `the stored bytes are others: ${error.message}`) : error;
  });
}

async function checkBytes(bytes: Bytes, part: AskedPart): Promise<void> {
  const hash = createHash("sha256");
  for await (const chunk of bytes.stream()) hash.update(chunk);
  const found = hash.digest("hex");
  if (found !== part.artifact) throw broken(part, `the stored bytes have the sha256 ${found}`);
}

function broken(part: AskedPart, what: string): CanonryError {
  return new CanonryError("CITATION_BROKEN", what, {
    file: part.file_name,
    member: part.member ?? undefined,
    sheet: part.sheet ?? undefined,
  });
}

async function collect(
  batches: AsyncIterable<readonly SheetRow[]>,
  { place }: AskedPart,
  rows: readonly number[],
  isText: boolean,
): Promise<ReadonlyMap<number, ReadRow>> {
  const wanted = new Set(rows);
  const last = Math.max(...rows);
  const found = new Map<number, ReadRow>();
  const trail = new LabelTrail(place);
  let breaks = 0;
  for await (const batch of batches) {
    for (const row of batch) {
      if (row.row > last) return found;
      trail.pass(row);
      if (wanted.has(row.row)) found.set(row.row, readRow(row, row.row + breaks, trail.labels()));
      if (isText) breaks += lineBreaks(row);
    }
  }
  return found;
}

/** Line ends within the fields of a record: the file has so many lines more than records. */
function lineBreaks({ cells }: SheetRow): number {
  return cells.reduce((sum, { text }) => sum + (text.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
}

function readRow(row: SheetRow, line: number, labels: ReadonlyMap<string, ReadCell>): ReadRow {
  return {
    line,
    cell(letter, carried) {
      const own = letter === "" ? null : cellIn(row, letter);
      const label = carried || letter === "" ? labels.get(letter) : undefined;
      return own === null && label !== undefined ? label : { cell: own, row: row.row };
    },
  };
}

function cellIn(row: SheetRow, letter: string): Cell | null {
  const cell = row.cells.find((one) => one.column === columnIndex(letter));
  return cell === undefined || cell.text.trim() === "" ? null : cell;
}

/**
 * The labels in force, of the section and of each group; a new label ends those to its right, and a section
 * ends all but those that begin a section row, with others behind them: these are of groups of sections.
 */
class LabelTrail {
  private readonly letters: readonly string[];
  private readonly isOwn: (row: number) => boolean;
  private readonly isSection: (row: number) => boolean;
  private readonly last = new Map<string, ReadCell>();
  private readonly groups = new Set<ReadCell | undefined>();
  /** The last column of the table: what stands behind it is of a table beside it. */
  private readonly right: number;

  constructor({ columns, periods = {}, rows = [], section_rows = [] }: PartPlace) {
    const placed = [...Object.values(columns), ...Object.values(periods)];
    this.right = Math.max(...placed.map(({ letter }) => columnIndex(letter)));
    this.isOwn = within(rows);
    this.isSection = within(section_rows);
    this.letters = Object.values(columns)
      .filter((column) => column.fill_down === true && column.letter !== "")
      .map((column) => column.letter)
      .sort((a, b) => columnIndex(a) - columnIndex(b));
  }

  pass(row: SheetRow): void {
    if (this.isSection(row.row)) this.passSection(row);
    else if (this.isOwn(row.row)) {
      let renewed = false;
      for (const letter of this.letters) {
        const cell = cellIn(row, letter);
        if (cell !== null) this.last.set(letter, { cell, row: row.row });
        else if (renewed) this.last.delete(letter);
        renewed ||= cell !== null;
      }
    }
  }

  private passSection(row: SheetRow): void {
    const cells = row.cells.filter(
      ({ column, text }) => column <= this.right && text.trim() !== "",
    );
    const first = cells[0]?.column ?? 0;
    for (const letter of this.letters) {
      const isGroup = this.groups.has(this.last.get(letter));
      if (columnIndex(letter) >= first || !isGroup) this.last.delete(letter);
    }
    for (const cell of cells.slice(0, -1)) {
      const letter = columnLetter(cell.column);
      if (!this.letters.includes(letter)) break;
      const head = { cell, row: row.row };
      this.groups.add(head);
      this.last.set(letter, head);
    }
    this.last.set("", { cell: joined(row), row: row.row });
  }

  labels(): ReadonlyMap<string, ReadCell> {
    return new Map(this.last);
  }
}

function joined(row: SheetRow): Cell {
  const texts = row.cells.map((cell) => squeeze(cell.text));
  return { column: 0, kind: "text", text: texts.filter((text) => text !== "").join(" ") };
}
