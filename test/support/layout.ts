import fc from "fast-check";
import { FreeNames, nameOf } from "../../src/model/manifest/names.ts";
import { columnLetter } from "../../src/model/sheet.ts";
import { type GridCell, printedCell } from "./grid.ts";

/** What a publisher may choose for one table. */
export interface TableSpec {
  readonly dimensions: readonly DimensionKind[];
  readonly measures: readonly MeasureKind[];
  readonly headerRows: 1 | 2 | 3;
  /** Measures are headed by years, anew in each group. */
  readonly years: boolean;
  /** Names of dimensions stand on the first row of the header, not on the last. */
  readonly namesOnTop: boolean;
  readonly rows: number;
  readonly marks: boolean;
  readonly blanks: boolean;
  readonly total: "none" | "top" | "bottom";
  readonly totalLabel: "Total" | "All areas" | "England";
  readonly sections: 0 | 2 | 3;
  /** Each section ends with a row that adds it up. */
  readonly subtotals: boolean;
  /** A row of units below the names. */
  readonly units: boolean;
  /** The first column gives its label once for three rows. */
  readonly carried: boolean;
  /** A blank row after so many rows of a section; 0 for none. */
  readonly spacedRows: 0 | 3 | 5;
  readonly spacedColumn: "none" | "labels" | "groups";
  readonly notesBelow: number;
  readonly gapBelow: 0 | 1;
}

/** What a publisher may choose for a sheet. */
export interface LayoutSpec {
  readonly seed: number;
  readonly left: number;
  readonly titles: number;
  readonly notesAbove: number;
  readonly gapAbove: number;
  readonly beside: boolean;
  readonly tables: readonly TableSpec[];
}

type DimensionKind = "code" | "name" | "group" | "year" | "period" | "day" | "carried";
type MeasureKind = "count" | "decimal" | "percent";

const TIMES: readonly DimensionKind[] = ["year", "period", "day"];

const tableSpec: fc.Arbitrary<TableSpec> = fc.record({
  dimensions: fc
    .uniqueArray(fc.constantFrom<DimensionKind>("name", "code", "year", "period", "day", "group"), {
      minLength: 1,
      maxLength: 3,
    })
    // Rows of a group alone are no table of anything, and nobody prints two times of one row.
    .filter(
      (kinds) =>
        kinds.some((kind) => kind !== "group") &&
        kinds.filter((kind) => TIMES.includes(kind)).length < 2,
    ),
  measures: fc.array(fc.constantFrom<MeasureKind>("count", "count", "decimal", "percent"), {
    minLength: 1,
    maxLength: 6,
  }),
  headerRows: fc.constantFrom(1, 1, 2, 3),
  years: fc.boolean(),
  namesOnTop: fc.boolean(),
  rows: fc.integer({ min: 3, max: 20 }),
  marks: fc.boolean(),
  blanks: fc.boolean(),
  total: fc.constantFrom("none", "top", "bottom"),
  totalLabel: fc.constantFrom("Total", "All areas", "England"),
  sections: fc.constantFrom(0, 0, 2, 3),
  subtotals: fc.boolean(),
  units: fc.constantFrom(false, false, true),
  carried: fc.constantFrom(false, false, true),
  spacedRows: fc.constantFrom(0, 0, 3, 5),
  spacedColumn: fc.constantFrom("none", "none", "labels", "groups"),
  notesBelow: fc.integer({ min: 0, max: 3 }),
  gapBelow: fc.constantFrom(0, 1),
});

export const layoutSpec: fc.Arbitrary<LayoutSpec> = fc.record({
  seed: fc.nat(),
  left: fc.integer({ min: 0, max: 2 }),
  titles: fc.integer({ min: 0, max: 2 }),
  notesAbove: fc.integer({ min: 0, max: 2 }),
  gapAbove: fc.integer({ min: 0, max: 2 }),
  beside: fc.boolean(),
  tables: fc.array(tableSpec, { minLength: 1, maxLength: 2 }),
});

export interface ColumnAnswer {
  readonly letter: string;
  readonly header: readonly string[];
  readonly name: string;
  readonly type: string;
  readonly role: string;
  readonly markers: Readonly<Record<string, number>>;
  readonly sum: number | null;
  readonly fillDown: boolean;
}

export interface TableAnswer {
  readonly range: string;
  readonly header_rows: readonly number[];
  readonly data_rows: readonly number[];
  readonly total_rows: readonly number[];
  readonly section_rows: readonly number[];
  readonly columns: readonly ColumnAnswer[];
}

/** A sheet with the answer key of what stands on it. None is a close call: what a person could doubt is not made. */
export interface Layout {
  readonly rows: readonly (readonly GridCell[])[];
  readonly merges: readonly string[];
  readonly tables: readonly TableAnswer[];
  readonly notesRows: readonly number[];
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function chances(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const PLACES =
  "Ashby Barrow Calder Derwent Eden Fylde Goole Hexham Irwell Jarrow Kendal Ludlow Malvern Newark Oundle Pendle Ripon Selby Thirsk Ulverston".split(
    " ",
  );
const LEAVES =
  "Patients,Visits,Mean wait,Treated,Referrals,Beds open,Staff in post,Admissions,Discharges,Cost".split(
    ",",
  );
const GROUPS = ["Hospital care", "Community care", "Primary care", "Mental health", "Dental care"];
const SECTIONS = ["Adults", "Children", "Older people"];
const MARKS = ["*", "[c]", "..", ":", "-"];
const HEADS: Readonly<Record<DimensionKind, string>> = {
  code: "Area code",
  name: "Area",
  group: "Sex",
  carried: "Region",
  year: "Year",
  period: "Financial year",
  day: "Date",
};
const REGIONS = "North,South,East,West,Midlands,Islands,Capital,Borders".split(",");
const UNITS: Readonly<Record<MeasureKind, string>> = {
  count: "Number",
  decimal: "£ million",
  percent: "%",
};
const TITLES = ["Table 1: Care by area, England, 2023-24", "All ages, April 2023 to March 2024"];
const NOTES_ABOVE = [
  "Contact: statistics@example.org",
  "Figures in this release were collected from every provider in the country and have been checked by the areas themselves.",
];
const NOTES_BELOW = [
  "Source: Annual return of services",
  "Note: Figures are rounded to the nearest five.",
  "1. Counts are of people, not of visits.",
];

/** What varies only with the program that saved the file. */
export interface Saved {
  /** A CSV has no merged cells, and prints percentages as 12.5%. */
  readonly plain: boolean;
}

class Sheet {
  readonly cells = new Map<string, GridCell>();
  readonly merges: string[] = [];
  last = 0;
  private width = 0;

  put(row: number, column: number, cell: GridCell): void {
    if (cell === null) return;
    this.cells.set(`${row} ${column}`, cell);
    this.last = Math.max(this.last, row);
    this.width = Math.max(this.width, column + 1);
  }

  merge(top: number, left: number, bottom: number, right: number): void {
    if (top === bottom && left === right) return;
    this.merges.push(`${columnLetter(left)}${top}:${columnLetter(right)}${bottom}`);
  }

  rows(): GridCell[][] {
    return Array.from({ length: this.last }, (_, row) =>
      Array.from(
        { length: this.width },
        (_cell, column) => this.cells.get(`${row + 1} ${column}`) ?? null,
      ),
    );
  }
}

interface Place {
  readonly sheet: Sheet;
  readonly chance: () => number;
  readonly saved: Saved;
  readonly top: number;
  readonly left: number;
}

/** A column in the making. */
interface Made {
  readonly at: number;
  readonly kind: DimensionKind | MeasureKind;
  readonly header: readonly string[];
  readonly scale: number;
  readonly marked: boolean;
}

const isMeasure = (kind: Made["kind"]): kind is MeasureKind =>
  kind === "count" || kind === "decimal" || kind === "percent";

/** The sheet of a spec, as one program saves it. */
export function makeLayout(spec: LayoutSpec, saved: Saved): Layout {
  const sheet = new Sheet();
  const chance = chances(spec.seed);
  const notes: number[] = [];
  let row = 1;
  const above = (texts: readonly string[], count: number, into: number[] | null): void => {
    for (const text of texts.slice(0, count)) {
      into?.push(row);
      sheet.put(row++, spec.left, text);
    }
  };
  above(TITLES, spec.titles, null);
  above(NOTES_ABOVE, spec.notesAbove, notes);
  if (row > 1) row += spec.gapAbove;
  const tables: TableAnswer[] = [];
  let left = spec.left;
  const top = row;
  for (const [at, table] of spec.tables.entries()) {
    const place = { sheet, chance, saved, top: row, left };
    const made = makeTable(table, place);
    tables.push(made.answer);
    if (spec.beside && at < spec.tables.length - 1) {
      // Two blank columns: with one a person too looks twice.
      left = made.right + 3;
      row = top;
      continue;
    }
    row = sheet.last + 1 + table.gapBelow;
    for (const text of NOTES_BELOW.slice(0, table.notesBelow)) {
      notes.push(row);
      sheet.put(row++, spec.left, text);
    }
    row += 2;
    if (at < spec.tables.length - 1) sheet.put(row++, spec.left, "Table 2: Care by area, Wales");
  }
  return {
    rows: sheet.rows(),
    merges: sheet.merges,
    tables,
    notesRows: notes,
  };
}

function makeTable(spec: TableSpec, place: Place): { answer: TableAnswer; right: number } {
  const { sheet, left, top } = place;
  const columns = makeHeader(spec, place);
  // One unit below one name is read as part of the name.
  const units = spec.units && spec.measures.length > 1 && spec.headerRows === 1 && !spec.years;
  if (units) putUnits(columns, place, top + 1);
  const first = top + spec.headerRows + (units ? 1 : 0);
  const rows = makeRows(spec, place, columns, first);
  const right = Math.max(...columns.map((column) => column.at));
  const bottom = Math.max(...rows.data, ...rows.total);
  const answer: TableAnswer = {
    range: `${columnLetter(left)}${top}:${columnLetter(right)}${bottom}`,
    header_rows: Array.from({ length: spec.headerRows }, (_, at) => top + at),
    data_rows: rows.data,
    total_rows: rows.total,
    section_rows: rows.section,
    columns: answerColumns(columns, rows, sheet, place.saved),
  };
  return { answer, right };
}

function putUnits(columns: readonly Made[], { sheet }: Place, row: number): void {
  for (const { kind, at } of columns) if (isMeasure(kind)) sheet.put(row, at, UNITS[kind]);
}

/** A label for three rows at a time stands only where nothing else comes between rows. */
function hasCarried(spec: TableSpec): boolean {
  const between = spec.sections > 0 || spec.spacedRows > 0 || spec.total === "top";
  return spec.carried && !between && spec.rows >= 6 && spec.spacedColumn !== "labels";
}

/** Groups of measures, left to right: how many columns each has. */
function groupSizes(spec: TableSpec, chance: () => number): number[] {
  const count = spec.measures.length;
  if (spec.headerRows === 1) return [count];
  if (spec.years) return count % 2 === 0 && count > 2 ? [count / 2, count / 2] : [count];
  const sizes: number[] = [];
  for (let rest = count; rest > 0; ) {
    const size = Math.min(rest, 1 + Math.floor(chance() * 3));
    sizes.push(size);
    rest -= size;
  }
  return sizes;
}

function makeHeader(spec: TableSpec, place: Place): Made[] {
  const { sheet, chance, left, top, saved } = place;
  const leafRow = top + spec.headerRows - 1;
  const made: Made[] = [];
  let at = left;
  const kinds: readonly DimensionKind[] = hasCarried(spec)
    ? ["carried", ...spec.dimensions]
    : spec.dimensions;
  for (const kind of kinds) {
    const row = spec.namesOnTop ? top : leafRow;
    sheet.put(row, at, HEADS[kind]);
    if (spec.namesOnTop && !saved.plain) sheet.merge(top, at, leafRow, at);
    made.push({ at, kind, header: [HEADS[kind]], scale: 0, marked: false });
    at++;
  }
  if (spec.spacedColumn === "labels") at++;
  const start = at;
  let measure = 0;
  for (const [group, size] of groupSizes(spec, chance).entries()) {
    // An empty column under one label for all groups: without merges nobody sees how far it reaches.
    if (group > 0 && spec.spacedColumn === "groups" && spec.headerRows === 2) at++;
    const label = GROUPS[group] ?? `Other care ${group}`;
    if (spec.headerRows > 1) {
      sheet.put(leafRow - 1, at, label);
      if (!saved.plain) sheet.merge(leafRow - 1, at, leafRow - 1, at + size - 1);
    }
    for (let leaf = 0; leaf < size; leaf++, at++) {
      const year = 2016 + leaf + (spec.headerRows === 1 ? 2 : 0);
      const head = hasYears(spec)
        ? year
        : (LEAVES[(spec.headerRows === 1 ? measure : leaf) % 10] ?? "");
      sheet.put(leafRow, at, head);
      const path = spec.headerRows === 1 ? [] : [label];
      if (spec.headerRows === 3) path.unshift("All services");
      made.push({
        at,
        kind: spec.measures[measure++] ?? "count",
        header: [...path, String(head)],
        scale: 10 ** (2 + Math.floor(chance() * 3)),
        marked: spec.marks && chance() < 0.5,
      });
    }
  }
  if (spec.headerRows === 3) {
    sheet.put(top, start, "All services");
    if (!saved.plain) sheet.merge(top, start, top, at - 1);
  }
  return made;
}

/** A single year above numbers is a number to any reader, and so are two. */
function hasYears(spec: TableSpec): boolean {
  return spec.years && spec.measures.length >= 3;
}

interface Rows {
  readonly data: number[];
  readonly total: number[];
  readonly section: number[];
}

function makeRows(spec: TableSpec, place: Place, columns: readonly Made[], first: number): Rows {
  const { sheet, chance } = place;
  const rows: Rows = { data: [], total: [], section: [] };
  let row = first;
  if (spec.total === "top") rows.total.push(row++);
  // One label above all rows is read as part of the header by some and as a section by others.
  const sections = spec.rows < spec.sections * 3 ? 0 : spec.sections;
  const subtotals: { row: number; data: number[] }[] = [];
  const least = sections === 0 ? spec.rows : Math.floor(spec.rows / sections);
  for (let done = 0; done < spec.rows; done++) {
    const inSection = done % least;
    if (sections > 0 && inSection === 0 && done / least < sections) {
      sheet.put(row, place.left, SECTIONS[done / least] ?? "Others");
      rows.section.push(row++);
    } else if (spec.spacedRows > 0 && inSection > 0 && inSection % spec.spacedRows === 0) row++;
    rows.data.push(row);
    for (const column of columns) {
      // A row without any figure is told from a label only by guess, so the last measure keeps its numbers.
      const certain = column === columns.at(-1) ? { ...column, marked: false } : column;
      const blanks = spec.blanks && column !== columns.at(-1);
      sheet.put(row, column.at, cellFor(blanks, certain, done, chance));
    }
    if (columns[0]?.kind === "carried" && done % 3 === 0 && !place.saved.plain) {
      sheet.merge(row, place.left, row + Math.min(2, spec.rows - done - 1), place.left);
    }
    row++;
    const ends =
      done === spec.rows - 1 || ((done + 1) % least === 0 && (done + 1) / least < sections);
    if (sections > 0 && spec.subtotals && ends) {
      subtotals.push({ row, data: rows.data.filter((one) => one > (rows.section.at(-1) ?? 0)) });
      row++;
    }
  }
  if (spec.total === "bottom") rows.total.push(row);
  for (const total of rows.total) {
    putTotal(totalLabel(spec, columns), place, columns, rows.data, total);
  }
  for (const { row: at, data } of subtotals) {
    putTotal("Sub-total", place, columns, data, at);
    rows.total.push(at);
  }
  rows.total.sort((a, b) => a - b);
  return rows;
}

function cellFor(blanks: boolean, column: Made, at: number, chance: () => number): GridCell {
  if (!isMeasure(column.kind)) return labelFor(column.kind, at);
  // The first rows hold numbers, so that no column is without them.
  if (at > 1 && column.marked && chance() < 0.15) return MARKS[Math.floor(chance() * 5)] ?? "*";
  if (at > 1 && blanks && chance() < 0.05) return null;
  const number = chance() * column.scale;
  // Beside a year, or first after a blank row, a count that looks like a year could be a header.
  const count = Math.floor(number) + 5;
  if (column.kind === "count") return count >= 1800 && count < 2100 ? count - 1000 : count;
  if (column.kind === "decimal")
    return Number((Math.floor(number) + 0.1 + (at % 9) / 10).toFixed(1));
  return { percent: Number((0.001 + Math.floor(chance() * 998) / 1000).toFixed(3)) };
}

function labelFor(kind: DimensionKind, at: number): GridCell {
  if (kind === "code") return `E0${6_000_001 + at * 7}`;
  if (kind === "name") return PLACES[at % PLACES.length] ?? "";
  if (kind === "carried") return at % 3 === 0 ? (REGIONS[at / 3] ?? "Others") : null;
  if (kind === "group") return at % 2 === 0 ? "Men" : "Women";
  if (kind === "year") return 1999 + at;
  if (kind === "period") return `${1999 + at}-${String((2000 + at) % 100).padStart(2, "0")}`;
  return { date: new Date(Date.UTC(2023, at, 1)).toISOString().slice(0, 10) };
}

function putTotal(
  text: string,
  place: Place,
  columns: readonly Made[],
  data: readonly number[],
  row: number,
): void {
  const { sheet } = place;
  const label = columns.find((one) => one.kind === "name") ?? columns[0];
  if (label !== undefined) sheet.put(row, label.at, text);
  for (const column of columns) {
    if (!isMeasure(column.kind)) continue;
    const cells = data.map((at) => sheet.cells.get(`${at} ${column.at}`) ?? null);
    if (column.kind === "percent") {
      sheet.put(row, column.at, { percent: meanOf(cells) });
      continue;
    }
    const sum = cells.reduce<number>(
      (all, cell) => all + (typeof cell === "number" ? cell : MARKS.includes(String(cell)) ? 3 : 0),
      0,
    );
    sheet.put(row, column.at, Number(sum.toFixed(1)));
  }
}

/** A share of the whole lies among the shares of its parts. */
function meanOf(cells: readonly GridCell[]): number {
  const shares = cells.flatMap((cell) =>
    cell !== null && typeof cell === "object" && "percent" in cell ? [cell.percent] : [],
  );
  const sum = shares.reduce((all, share) => all + share, 0);
  return Number((shares.length === 0 ? 0.5 : sum / shares.length).toFixed(3));
}

/** A name that says nothing of a total is one to a reader only where two columns of counts add up. */
function totalLabel(spec: TableSpec, columns: readonly Made[]): string {
  const exact = columns.filter((column) => column.kind === "count" && !column.marked);
  const plain = columns.every((column) => !column.marked);
  return exact.length >= 2 && plain && spec.rows >= 5 ? spec.totalLabel : "Total";
}

function answerColumns(
  columns: readonly Made[],
  rows: Rows,
  sheet: Sheet,
  saved: Saved,
): ColumnAnswer[] {
  const names = new FreeNames();
  const measures = columns.filter((column) => isMeasure(column.kind));
  const leaves = new Set(measures.map((column) => column.header.at(-1)));
  const wide =
    measures.length >= 3 &&
    leaves.size === measures.length &&
    measures.every((column) => /^\d{4}$/.test(column.header.at(-1) ?? ""));
  return columns.map((column) => {
    const name = names.take(nameOf(column.header.join(" ")));
    const cellsOf = (list: readonly number[]): GridCell[] =>
      list.map((row) => sheet.cells.get(`${row} ${column.at}`) ?? null);
    const data = cellsOf(rows.data);
    const fillDown = column.kind === "carried";
    const base = { letter: columnLetter(column.at), header: column.header, name, fillDown };
    if (!isMeasure(column.kind)) return { ...base, ...dimensionAnswer(column.kind, data) };
    const numbers = data.flatMap((cell) => numberOf(cell, saved) ?? []);
    const whole = numbers.every(Number.isInteger);
    const markers: Record<string, number> = {};
    for (const cell of [...data, ...cellsOf(rows.total)]) {
      if (typeof cell === "string") markers[cell] = (markers[cell] ?? 0) + 1;
    }
    return {
      ...base,
      type: whole ? "integer" : "numeric",
      role: wide ? "period" : "measure",
      markers,
      sum: numbers.reduce((all, number) => all + number, 0),
    };
  });
}

function dimensionAnswer(
  kind: DimensionKind,
  data: readonly GridCell[],
): Pick<ColumnAnswer, "type" | "role" | "markers" | "sum"> {
  const role = TIMES.includes(kind) ? "time" : "dimension";
  if (kind === "year") {
    const sum = data.reduce<number>((all, cell) => all + Number(cell), 0);
    return { type: "integer", role, markers: {}, sum };
  }
  return { type: kind === "day" ? "date" : "text", role, markers: {}, sum: null };
}

function numberOf(cell: GridCell, saved: Saved): number | null {
  if (typeof cell === "number") return cell;
  if (cell === null || typeof cell !== "object" || !("percent" in cell)) return null;
  return saved.plain ? Number((cell.percent * 100).toFixed(6)) : cell.percent;
}

/** The sheet as text, with the numbers of its rows, to look at. */
export function drawn(layout: Layout): string {
  return layout.rows
    .map((row, at) => `${String(at + 1).padStart(3)} ${row.map(printedCell).join(" | ")}`)
    .join("\n");
}
