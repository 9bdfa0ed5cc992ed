import { cellText, type FirstCell } from "../../../model/manifest/first-cells.ts";
import type { Region, RegionColumn } from "../../../model/manifest/manifest.ts";
import { FreeNames, nameOf } from "../../../model/manifest/names.ts";
import type { TotalAssertion } from "../../../model/manifest/published-total.ts";
import { periodOfTimeCell } from "../../../model/marks/time-cell.ts";
import { countRows } from "../../../model/row-ranges.ts";
import { columnLetter } from "../../../model/sheet.ts";
import { stripMarks } from "../lines/words.ts";
import { LEAST_CONFIDENCE } from "../tables/confidence.ts";
import type { FoundTable } from "../tables/found.ts";
import type { ColumnTally } from "./column-tally.ts";
import { type TypedColumn, typeColumn } from "./column-types.ts";
import { datesAmongRanges } from "./date-remarks.ts";
import { signDoubts } from "./figure-signs.ts";
import { periodColumns, spanOf } from "./period-columns.ts";
import { shapeOf, type TableProfile } from "./profile.ts";
import { isFractions, shareRemarks } from "./share-remarks.ts";

/** Where a region was found. */
export interface RegionPlace {
  readonly artifact: string;
  readonly file: string;
  readonly member: string | null;
  readonly sheet: string | null;
  readonly hidden: boolean;
  readonly number: number;
}

const NO_PERIODS = "publications.yaml says unpivot: no column of figures is headed by a period";

interface Shaped {
  readonly letter: string;
  readonly header: readonly string[];
  readonly unit: string | null;
  readonly fillDown: boolean;
  readonly tally: ColumnTally;
  readonly typed: TypedColumn;
}

/**
 * The region of a table, from what its rows and columns turned out to hold, and what the report of a load says
 * of it. `unpivot` is what a person says of
 * columns headed by periods; said of a table that has none, the table is held back.
 */
export function regionOf(
  place: RegionPlace,
  table: FoundTable,
  profile: TableProfile,
  unpivot?: boolean,
): { readonly region: Region; readonly remarks: readonly string[] } {
  const shaped = shapeColumns(table, profile);
  const columns = nameColumns(shaped, unpivot);
  const flat = unpivot === true && columns.every((column) => column.role !== "period");
  const strays = strayReasons(shaped, profile.rows);
  const wide = profile.beyond === null ? [] : [beyondReason(profile.beyond, table)];
  const unsure = [...wide, ...signDoubts(shaped, profile.signs)];
  const held =
    table.quarantined || table.confidence < LEAST_CONFIDENCE || flat || unsure.length > 0;
  const texts = columns.flatMap(({ text_by: cell, letter }) =>
    cell === undefined ? [] : [`column ${letter} is text and no number, since ${cell}`],
  );
  const aside = profile.aside === null ? [] : [asideReason(profile.aside)];
  const scales = [...shaped.flatMap(shareRemarks), ...shaped.flatMap(datesAmongRanges)];
  const lost = profile.rows === countRows(table.dataRows) ? [] : blankRows(table, profile);
  const confidence =
    strays.cells > 0 || unsure.length > 0
      ? Math.min(table.confidence, LEAST_CONFIDENCE - 0.1)
      : table.confidence;
  const indexes = table.columns.map((column) => column.index);
  const range = `${columnLetter(table.left)}${table.top}:${columnLetter(Math.max(...indexes))}${table.bottom}`;
  const region: Region = {
    id: `${place.artifact.slice(0, 8)}/${place.member ?? ""}/${place.sheet ?? ""}/${place.number}`,
    ...place,
    range,
    header_rows: table.headerRows,
    data_rows: table.dataRows,
    total_rows: table.totalRows,
    section_rows: table.sectionRows,
    skipped_rows: table.skippedRows,
    columns,
    n_rows: profile.rows,
    ...(table.title === null ? {} : { title: table.title }),
    ...(table.assertions.length === 0 ? {} : { assertions: table.assertions.map(assertionOf) }),
    notes: table.notes,
    marker_meanings: table.markerMeanings,
    ...saidIn(place, table.markerRows),
    confidence,
    quarantined: held || confidence < LEAST_CONFIDENCE,
    reasons: [
      ...(flat ? [NO_PERIODS] : []),
      ...unsure,
      ...strays.reasons,
      ...texts,
      ...aside,
      ...scales,
      ...lost,
      ...table.reasons,
    ],
    ...(strays.cells > 0 && !held ? { stray_cells: strays.cells } : {}),
    fingerprint: profile.fingerprint,
  };
  return { region, remarks: [...texts, ...aside, ...scales, ...table.remarks] };
}

function beyondReason(cell: string, { columns }: FoundTable): string {
  return `${cell} stands behind the last of ${columns.length} columns: is there a separator too many in its record?`;
}

function asideReason({ cell, cells }: NonNullable<TableProfile["aside"]>): string {
  const what = cells === 1 ? "a text stands" : `${cells} texts stand`;
  return `${what} apart behind the last column, from ${cell}: taken for notes on the rows`;
}

function saidIn(
  { sheet, member }: RegionPlace,
  rows: FoundTable["markerRows"],
): Pick<Region, "marker_said_in"> {
  const places = Object.entries(rows).map(([token, row]) => [
    token,
    `${sheet ?? member ?? "file"}, row ${row}`,
  ]);
  return places.length === 0
    ? {}
    : { marker_said_in: Object.fromEntries(places) as Record<string, string> };
}

function assertionOf({
  row,
  of,
  columns,
  expected,
  said,
  taken,
}: FoundTable["assertions"][number]): TotalAssertion {
  return {
    ...{ row, of, columns: columns.map(columnLetter) },
    ...(expected.length === 0 ? {} : { expected: expected.map(columnLetter) }),
    ...(said.length === 0 ? {} : { said: said.map(columnLetter) }),
    ...(taken === undefined ? {} : { taken }),
  };
}

function shapeColumns(table: FoundTable, profile: TableProfile): Shaped[] {
  const shape = shapeOf(table);
  const offset = shape.columns.length - table.columns.length;
  const firstFigures = table.columns.findIndex((column) => column.numeric);
  return shape.columns.flatMap((column, at) => {
    const found = table.columns[at - offset];
    const tally = profile.tallies[at];
    if (tally === undefined) return [];
    const header = found === undefined ? [] : found.header;
    const beside = {
      first: at === offset,
      leftmost: at - offset <= Math.max(0, firstFigures) && firstFigures !== -1,
      figures: firstFigures !== -1,
    };
    const typed = typeColumn(tally, header, beside, profile.rows);
    return [
      {
        letter: column.letter,
        header,
        unit: found?.unit ?? null,
        fillDown: column.fill_down === true,
        tally,
        typed,
      },
    ];
  });
}

function nameColumns(shaped: readonly Shaped[], unpivot?: boolean): RegionColumn[] {
  const names = new FreeNames();
  const filled = shaped.map(({ typed }) => {
    if (typed.role === "measure") return "figures";
    return typed.values === 0 ? "none" : "else";
  });
  const headers = shaped.map(({ header }) => header);
  const periods = periodColumns(headers, filled, unpivot);
  return shaped.map((one, at) => columnOf(one, names.take(nameFor(one)), periods[at] ?? null));
}

function nameFor(one: Shaped): string {
  if (one.letter === "") return "section";
  const levels = one.header.map((text) => stripMarks(text)).filter((text) => text !== "");
  if (levels.length === 0) return nameOf(`column ${one.letter}`);
  return nameOf(levels.join(" "));
}

function columnOf(one: Shaped, name: string, period: string | null): RegionColumn {
  const { tally, typed } = one;
  const span = typed.role === "time" ? timesOf(one) : null;
  const numeric = typed.type === "bigint" || typed.type === "numeric";
  const sum = tally.sum - (isFractions(tally) ? tally.shareSum * 0.99 : 0);
  return {
    letter: one.letter,
    header: one.header,
    name,
    // A period of which nothing is published yet says nothing of its figures.
    type: period !== null && typed.role !== "measure" ? "bigint" : typed.type,
    role: period === null ? typed.role : "period",
    ...(one.unit === null ? {} : { unit: one.unit }),
    ...(period === null ? {} : { period }),
    ...(isFractions(tally) ? { percent: true } : {}),
    ...(one.fillDown ? { fill_down: true } : {}),
    markers: typed.markers,
    ...(Object.keys(typed.beside).length === 0 ? {} : { beside: typed.beside }),
    ...(typed.textBy === undefined ? {} : { text_by: cellText(one.letter, typed.textBy) }),
    ...(tally.firsts.size === 0 ? {} : { firsts: firstsOf(tally) }),
    values: typed.values,
    empty: tally.empty,
    distinct: tally.overflow ? null : tally.distinct.size,
    ...(isCategorical(one) ? { categories: [...tally.distinct].sort() } : {}),
    ...(numeric && tally.numbers > 0 && Number.isFinite(sum) ? { sum } : {}),
    ...(span === null ? {} : { periods: span }),
  };
}

function firstsOf({ firsts }: ColumnTally): readonly FirstCell[] {
  return [...firsts]
    .map(([as, { row, text }]) => ({ as, row, text: text.slice(0, 60) }))
    .sort((a, b) => a.row - b.row);
}

/** Few values, each met again and again: names of what is counted are not. */
const MOST_CATEGORIES = 60;

function isCategorical({ tally, typed }: Shaped): boolean {
  const { size } = tally.distinct;
  const few = !tally.overflow && size > 0 && size <= MOST_CATEGORIES && typed.values >= 2 * size;
  return few && typed.role === "dimension" && typed.type === "text";
}

function timesOf(one: Shaped): readonly [string, string, number] | null {
  const header = one.header.join(" ");
  return spanOf(one.tally.distinct, (text) => periodOfTimeCell(text, header));
}

function strayReasons(
  shaped: readonly Shaped[],
  rows: number,
): { reasons: string[]; cells: number } {
  const reasons: string[] = [];
  let cells = 0;
  for (const one of shaped) {
    const [stray] = one.typed.strays;
    if (stray === undefined) continue;
    cells += one.tally.words;
    reasons.push(
      `column ${one.letter}: ${one.tally.words} of ${rows} rows hold text among numbers, such as "${stray.text}" in row ${stray.row}`,
    );
  }
  return { reasons, cells };
}

function blankRows(table: FoundTable, profile: TableProfile): string[] {
  const missing = countRows(table.dataRows) - profile.rows;
  return missing === 0 ? [] : [`${missing} rows inside are blank`];
}
