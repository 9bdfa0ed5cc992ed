import { openWorkbook } from "../../src/formats/open-workbook.ts";
import { CanonryError } from "../../src/model/errors.ts";
import { LIMITS, type Limits } from "../../src/model/limits.ts";
import { columnLetter, endOfSheet, type SheetEnd, type Workbook } from "../../src/model/sheet.ts";
import { bytesOf } from "../../src/model/storage/bytes.ts";

export interface Read {
  readonly workbook: Workbook;
  /** By sheet: "A1" to "kind:text". */
  readonly sheets: readonly Readonly<Record<string, string>>[];
  readonly ends: readonly SheetEnd[];
  readonly hiddenRows: readonly (readonly number[])[];
}

/** Everything that a file holds. */
export async function readAll(
  content: Buffer | string,
  fileName: string,
  limits: Partial<Limits> = {},
): Promise<Read> {
  const bytes = bytesOf(fileName, Buffer.from(content));
  const workbook = await openWorkbook(bytes, { limits: { ...LIMITS, ...limits }, fileName });
  const sheets: Record<string, string>[] = [];
  const ends: SheetEnd[] = [];
  const hiddenRows: number[][] = [];
  for (const sheet of workbook.sheets) {
    const cells: Record<string, string> = {};
    const hidden: number[] = [];
    ends.push(
      await endOfSheet(sheet.rows(), (batch) => {
        for (const row of batch) {
          if (row.hidden === true) hidden.push(row.row);
          for (const cell of row.cells) {
            cells[`${columnLetter(cell.column)}${row.row}`] = `${cell.kind}:${cell.text}`;
          }
        }
      }),
    );
    sheets.push(cells);
    hiddenRows.push(hidden);
  }
  await workbook.close();
  return { workbook, sheets, ends, hiddenRows };
}

/** The code of the error that reading a file ends with. */
export async function refusal(
  content: Buffer | string,
  fileName: string,
  limits: Partial<Limits> = {},
): Promise<string> {
  try {
    const { sheets } = await readAll(content, fileName, limits);
    return `read: ${JSON.stringify(sheets).slice(0, 200)}`;
  } catch (error) {
    if (error instanceof CanonryError) return error.code;
    throw error;
  }
}
