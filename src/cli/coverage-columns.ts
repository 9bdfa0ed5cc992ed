import type { CalendarCell } from "../model/period/calendar.ts";
import { nextPeriod, type Period, parsePeriod, periodOfDay } from "../model/period/period.ts";
import type { SlotKind } from "../model/period/rhythm.ts";

/** A column of the grid: one period of the block's kind. */
export interface GridColumn {
  readonly slot: Period;
  /** Whether a canonical period is shown here: it ends here, or goes beyond on both sides. */
  has(period: string): boolean;
}

/** Letters of a column, with the space behind it. */
export const WIDTHS: Readonly<Record<SlotKind, number>> = {
  day: 3,
  week: 2,
  month: 2,
  quarter: 3,
  financial_quarter: 3,
  year: 5,
  financial_year: 6,
};

/** From the first to the last period of the cells, without a gap, oldest first. */
export function gridColumns(kind: SlotKind, cells: readonly CalendarCell[]): readonly GridColumn[] {
  const periods = cells.flatMap((cell) => parsePeriod(cell.period) ?? []);
  const first = periods.map((one) => one.end).toSorted()[0];
  const last = periods
    .map((one) => one.end)
    .toSorted()
    .at(-1);
  const columns: GridColumn[] = [];
  if (first === undefined || last === undefined) return columns;
  for (let slot = periodOfDay(kind, first); slot !== null && slot.start <= last; ) {
    columns.push(columnOf(slot));
    slot = nextPeriod(slot);
  }
  return columns;
}

function columnOf(slot: Period): GridColumn {
  return {
    slot,
    has: (text) => {
      const period = parsePeriod(text);
      if (period === null) return false;
      const ends = slot.start <= period.end && period.end <= slot.end;
      return ends || (period.start <= slot.start && slot.end <= period.end);
    },
  };
}

/** The lines above the grid: years where they begin, then what the columns are within their year. */
export function headingOf(kind: SlotKind, columns: readonly GridColumn[]): readonly string[] {
  const size = WIDTHS[kind];
  const line = (texts: readonly string[]): string => {
    let text = "";
    for (const [at, word] of texts.entries()) {
      if (word !== "" && text.length <= at * size) text = `${text.padEnd(at * size)}${word} `;
    }
    return text.trimEnd();
  };
  const groups = columns.map(({ slot }) => yearOf(kind, slot));
  const years = groups.map((year, at) => {
    const begins = groups[at - 1] !== year;
    const columnsOfYear = groups.filter((other) => other === year).length;
    const room = columnsOfYear * size;
    const fits = [year, year.slice(-2)].find((text) => text.length < room);
    return begins ? (fits ?? "") : "";
  });
  if (kind === "year" || kind === "financial_year") return [line(groups)];
  const within = columns.map(({ slot }, at) => partOf(kind, slot, columns[at - 1]?.slot));
  return [line(years), line(within)];
}

function yearOf(kind: SlotKind, slot: Period): string {
  if (kind === "week") return slot.text.slice(0, 4);
  return kind === "financial_year" || kind === "financial_quarter"
    ? slot.text.slice(4, 9)
    : slot.start.slice(0, 4);
}

const INITIALS = "JFMAMJJASOND";

function partOf(kind: SlotKind, slot: Period, before: Period | undefined): string {
  const initial = INITIALS[Number(slot.end.slice(5, 7)) - 1] ?? "";
  if (kind === "month") return initial;
  if (kind === "week") return before?.end.slice(5, 7) === slot.end.slice(5, 7) ? "" : initial;
  if (kind === "day") return slot.start.slice(8);
  return slot.text.slice(-2);
}
