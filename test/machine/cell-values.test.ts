import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openWorkbook } from "../../src/formats/open-workbook.ts";
import { CanonryError } from "../../src/model/errors.ts";
import { LIMITS } from "../../src/model/limits.ts";
import {
  type Cell,
  columnLetter,
  endOfSheet,
  type Sheet,
  type SheetEnd,
  type Workbook,
} from "../../src/model/sheet.ts";
import { bytesOf } from "../../src/model/storage/bytes.ts";
import { CORPUS, corpusFiles } from "../support/corpus.ts";
import { PROJECT } from "../support/home.ts";

/** What second_reader.py tells of a sheet; what it means by it stands there. */
interface Summary {
  readonly name: string;
  readonly hidden: boolean;
  readonly hidden_columns: readonly string[];
  readonly numbers: "literal" | "double";
  readonly cells: number;
  readonly dates: number;
  readonly digest: string;
}

interface Answer {
  readonly path: string;
  readonly sheets?: readonly Summary[];
  readonly records?: readonly string[];
  readonly refused?: string;
}

/** Refusals that are a policy of ours, not a failure to read, whether the second reader reads the file or not. */
const POLICIES: Readonly<Record<string, string>> = {
  WORKBOOK_ENCRYPTED: "no password is ever asked for",
};

const FILES = corpusFiles(/\.(?:xlsx|xlsm|xls|zip)$/i);

type Reader = ChildProcessByStdio<Writable, Readable, null>;

function startReader(requests: readonly object[]): Reader {
  const script = join(PROJECT, "test/machine/second_reader.py");
  const reader = spawn("/usr/bin/python3", [script], { stdio: ["pipe", "pipe", "inherit"] });
  reader.stdin.end(requests.map((request) => `${JSON.stringify(request)}\n`).join(""));
  return reader;
}

async function* answersOf(reader: Reader): AsyncGenerator<Answer> {
  for await (const line of createInterface({ input: reader.stdout })) {
    yield JSON.parse(line) as Answer;
  }
}

const bits = new DataView(new ArrayBuffer(8));

function doubleBits(text: string): string {
  bits.setFloat64(0, Number(text));
  return bits.getBigUint64(0).toString(16).padStart(16, "0");
}

async function eachRecord(
  sheet: Sheet,
  numbers: Summary["numbers"],
  take: (records: readonly string[]) => void,
): Promise<SheetEnd> {
  const shown = (cell: Cell): string =>
    cell.kind === "number" && numbers === "double" ? doubleBits(cell.text) : cell.text;
  return endOfSheet(sheet.rows(), (batch) =>
    take(
      batch.flatMap(({ row, cells }) =>
        cells.map((cell) => `${row}\u001f${cell.column}\u001f${cell.kind}\u001f${shown(cell)}`),
      ),
    ),
  );
}

/** The first cells that differ, as each reader gives them. */
async function differences(path: string, sheet: Sheet, theirs: Summary): Promise<string[]> {
  const byCell = (records: readonly string[]): Map<string, string> =>
    new Map(
      records.map((record) => {
        const [row, column, kind, ...text] = record.split("\u001f");
        return [`${columnLetter(Number(column))}${row}`, `${kind}:${text.join("\u001f")}`];
      }),
    );
  const ours: string[] = [];
  await eachRecord(sheet, theirs.numbers, (records) => void ours.push(...records));
  const reader = startReader([{ path, sheet: theirs.name }]);
  const { value } = await answersOf(reader).next();
  const [mine, other] = [byCell(ours), byCell((value as Answer | undefined)?.records ?? [])];
  return [...new Set([...mine.keys(), ...other.keys()])]
    .filter((cell) => mine.get(cell) !== other.get(cell))
    .slice(0, 5)
    .map((cell) => `${cell}: ${apart(mine.get(cell), other.get(cell))}`);
}

/** Two values from shortly before where they part. */
function apart(ours = "", theirs = ""): string {
  let at = 0;
  while (at < ours.length && ours[at] === theirs[at]) at++;
  const show = (text: string): string => JSON.stringify(text.slice(Math.max(0, at - 20), at + 40));
  return `ours ${show(ours)}, theirs ${show(theirs)}`;
}

function ranges(numbers: readonly number[]): string[] {
  const found: [number, number][] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  return found.map(([first, last]) => `${first}-${last}`);
}

const nameOf = (sheet: Sheet): string =>
  sheet.member === null ? (sheet.name ?? "") : `${sheet.member}/${sheet.name}`;

/** Differences of all sheets that the second reader knows. */
async function compare(path: string, book: Workbook, theirs: readonly Summary[]): Promise<object> {
  const workbooks = book.sheets.filter((sheet) => sheet.name !== null);
  const wrong: Record<string, unknown> = {};
  const sheets = workbooks.map((sheet) => [nameOf(sheet), sheet.hidden]);
  const expected = theirs.map((sheet) => [sheet.name, sheet.hidden]);
  if (JSON.stringify(sheets) !== JSON.stringify(expected)) wrong["sheets"] = { sheets, expected };
  for (const summary of theirs) {
    const sheet = workbooks.find((one) => nameOf(one) === summary.name);
    if (sheet === undefined) continue;
    const digest = createHash("sha256");
    const end = await eachRecord(sheet, summary.numbers, (records) => {
      for (const record of records) digest.update(`${record}\u001e`);
    });
    const columns = ranges(end.hiddenColumns);
    if (columns.join() !== summary.hidden_columns.join()) {
      wrong[`${summary.name}: hidden columns`] = { columns, theirs: summary.hidden_columns };
    }
    if (digest.digest("hex") === summary.digest) continue;
    wrong[summary.name] = await differences(path, sheet, summary);
  }
  return wrong;
}

describe("every cell of every real workbook, as a second reader reads it", () => {
  const answers = new Map<string, Promise<Answer>>();
  const told = { files: 0, sheets: 0, cells: 0, dates: 0 };
  const refused = new Map<string, number>();
  let reader: Reader;

  beforeAll(() => {
    const waiting = new Map<string, (answer: Answer) => void>();
    for (const file of FILES) {
      const path = join(CORPUS, file);
      answers.set(path, new Promise((resolve) => void waiting.set(path, resolve)));
    }
    reader = startReader([...answers.keys()].map((path) => ({ path })));
    void (async () => {
      for await (const answer of answersOf(reader)) waiting.get(answer.path)?.(answer);
      for (const [path, answer] of waiting) answer({ path, refused: "the second reader ended" });
    })();
  });

  afterAll(() => {
    reader.kill();
    console.log("compared", told, "refused", Object.fromEntries(refused));
  });

  test.each(FILES)("%s", async (file) => {
    const path = join(CORPUS, file);
    const theirs = await answers.get(path);
    const bytes = bytesOf(basename(file), await readFile(path));
    let book: Workbook;
    try {
      book = await openWorkbook(bytes, { limits: LIMITS, fileName: basename(file) });
    } catch (error) {
      if (!(error instanceof CanonryError)) throw error;
      expect(Object.keys(POLICIES)).toContain(error.code);
      refused.set(error.code, (refused.get(error.code) ?? 0) + 1);
      return;
    }
    try {
      expect(await compare(path, book, theirs?.sheets ?? [])).toEqual({});
    } finally {
      await book.close();
    }
    if ((theirs?.sheets?.length ?? 0) > 0) told.files += 1;
    for (const sheet of theirs?.sheets ?? []) {
      told.sheets += 1;
      told.cells += sheet.cells;
      told.dates += sheet.dates;
    }
  });

  test("the corpus was there, and the second reader read it", () => {
    expect(told.files).toBeGreaterThan(200);
    expect(told.cells).toBeGreaterThan(7_000_000);
    expect(told.dates).toBeGreaterThan(100_000);
  });
});
