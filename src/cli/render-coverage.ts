import type { PublicationCoverage } from "../inquiry/coverage.ts";
import {
  CALENDAR_STATUSES,
  type CalendarCell,
  type CalendarStatus,
} from "../model/period/calendar.ts";
import { type GridColumn, gridColumns, headingOf, WIDTHS } from "./coverage-columns.ts";

/** What a cell shows: `early` is a release that is loaded and came before it was expected. */
export type Shown = CalendarStatus | "early";

interface Look {
  readonly sign: string;
  /** ANSI. */
  readonly colour: string;
}

/** The worst first: of several periods in one place of the grid it is the one that shows. */
const LOOKS: Readonly<Record<Shown, Look>> = {
  failed: { sign: "F", colour: "1;31" },
  quarantined: { sign: "Q", colour: "1;31" },
  held: { sign: "H", colour: "1;35" },
  overdue: { sign: "!", colour: "1;31" },
  withdrawn: { sign: "W", colour: "1;33" },
  partial: { sign: "P", colour: "33" },
  early: { sign: "◆", colour: "36" },
  loaded: { sign: "■", colour: "32" },
  not_published: { sign: "○", colour: "2" },
  expected: { sign: "·", colour: "2" },
};
const ORDER = Object.keys(LOOKS) as readonly Shown[];

/** What somebody should look at. */
const WRONG: readonly Shown[] = [
  "failed",
  "quarantined",
  "held",
  "overdue",
  "withdrawn",
  "partial",
];
const MOST_LINES = 12;
const LEGEND: readonly Shown[] = [
  "loaded",
  "early",
  ...CALENDAR_STATUSES.filter((one) => one !== "loaded"),
];

export interface Style {
  readonly colour: boolean;
  readonly width: number;
}

export function shownOf(cell: CalendarCell): Shown {
  return cell.status === "loaded" && cell.early ? "early" : cell.status;
}

/**
 * The grid of publications x periods, newest right, a block for each kind of period; what the signs mean
 * and how many there are; then what somebody should look at. No line is longer than the terminal.
 */
export function renderCoverage(all: readonly PublicationCoverage[], style: Style): string {
  const name = Math.max(...all.map((one) => one.publication.length), 11);
  const kinds = [...new Set(all.map((one) => one.kind))].filter((kind) => kind !== null);
  const blocks = kinds.map((kind) =>
    block(
      all.filter((one) => one.kind === kind),
      kind,
      name,
      style,
    ),
  );
  const without = all.filter((one) => one.kind === null);
  const parts = [...blocks, list(without, name, style), legend(all, style), wrong(all, style)];
  return parts.filter((part) => part !== "").join("\n\n");
}

function block(
  rows: readonly PublicationCoverage[],
  kind: NonNullable<PublicationCoverage["kind"]>,
  name: number,
  style: Style,
): string {
  const size = WIDTHS[kind];
  const room = Math.max(1, Math.floor((style.width - name - 3) / size));
  const every = gridColumns(
    kind,
    rows.flatMap((one) => one.cells),
  );
  const columns = every.slice(-room);
  const cut = every.length - columns.length;
  const mark = cut > 0 ? "‹" : " ";
  const lines = headingOf(kind, columns).map((text) => `${" ".repeat(name + 3)}${text}`.trimEnd());
  for (const one of rows) {
    const cells = columns.map((column) => sign(one.cells, column, size, style)).join("");
    lines.push(`${one.publication.padEnd(name)} ${mark} ${cells}`.trimEnd());
  }
  if (cut > 0) lines.push(cutTo(`${" ".repeat(name)} ‹ ${cut} earlier: --json`, style.width));
  return lines.filter((line) => line !== "").join("\n");
}

function sign(
  cells: readonly CalendarCell[],
  column: GridColumn,
  size: number,
  style: Style,
): string {
  const here = cells.filter((cell) => column.has(cell.period)).map(shownOf);
  const worst = ORDER.find((one) => here.includes(one));
  return worst === undefined ? " ".repeat(size) : paint(worst, style) + " ".repeat(size - 1);
}

function paint(shown: Shown, { colour }: Style): string {
  const look = LOOKS[shown];
  return colour ? `\u001b[${look.colour}m${look.sign}\u001b[0m` : look.sign;
}

/** Publications without a rhythm: their last periods by name, and why nothing is expected. */
function list(rows: readonly PublicationCoverage[], name: number, style: Style): string {
  return rows
    .flatMap((one) => {
      const shown: string[] = [];
      let used = name + 3;
      for (const cell of one.cells.toReversed()) {
        used += cell.period.length + 4;
        if (used > style.width) break;
        shown.unshift(`${paint(shownOf(cell), style)} ${cell.period}`);
      }
      const mark = shown.length < one.cells.length ? "‹" : " ";
      return [
        `${one.publication.padEnd(name)} ${mark} ${shown.join("  ")}`.trimEnd(),
        cutTo(`${" ".repeat(name + 3)}${one.remark ?? ""}`, style.width),
      ];
    })
    .join("\n");
}

function legend(all: readonly PublicationCoverage[], style: Style): string {
  const shown = all.flatMap((one) => one.cells).map(shownOf);
  const lines: string[] = [];
  let used = style.width;
  for (const one of LEGEND) {
    const count = shown.filter((other) => other === one).length;
    if (count === 0) continue;
    const words = `${count} ${wordsOf(one)}`;
    const size = words.length + 5;
    if (used + size > style.width + 3) lines.push("");
    used = lines.at(-1) === "" ? size : used + size;
    lines.push(`${lines.pop() ?? ""}${paint(one, style)} ${words}   `);
  }
  return lines.map((line) => line.trimEnd()).join("\n");
}

function wordsOf(shown: Shown): string {
  return shown === "early" ? "loaded early" : shown.replace("_", " ");
}

function wrong(all: readonly PublicationCoverage[], style: Style): string {
  const lines = all.flatMap((one) =>
    runsOf(one.cells.filter((cell) => WRONG.includes(cell.status))).map((run) =>
      cutTo(
        `  ${run.length > 1 ? lateRun(one, run) : run.map((cell) => complaint(one, cell)).join("")}`,
        style.width,
      ),
    ),
  );
  if (lines.length === 0) return "";
  const more = lines.length - MOST_LINES;
  return [
    "Look at:",
    ...lines.slice(-MOST_LINES),
    ...(more > 0 ? [`  and ${more} earlier: --json`] : []),
  ].join("\n");
}

/** Overdue periods behind each other are one line. */
function runsOf(cells: readonly CalendarCell[]): readonly (readonly CalendarCell[])[] {
  const runs: CalendarCell[][] = [];
  for (const cell of cells) {
    const run = runs.at(-1);
    const goesOn = run?.at(-1)?.status === "overdue" && cell.status === "overdue";
    if (run !== undefined && goesOn) run.push(cell);
    else runs.push([cell]);
  }
  return runs;
}

function lateRun(of: PublicationCoverage, run: readonly CalendarCell[]): string {
  const [first, last] = [run[0], run.at(-1)];
  return `${of.publication} ${first?.period ?? ""} to ${last?.period ?? ""} overdue: ${run.length} periods, the first expected by ${first?.due ?? ""}`;
}

/** One line: which period of which publication, what it is, and since when or why. */
export function complaint(of: PublicationCoverage, cell: CalendarCell): string {
  const detail = of.details[cell.period] ?? "";
  const since = cell.status === "overdue" && cell.due !== null ? `expected by ${cell.due}` : "";
  const why = [since, detail].filter((text) => text !== "").join("; ");
  const words = shownOf(cell) === "early" ? "loaded early" : cell.status.replace("_", " ");
  return `${of.publication} ${cell.period} ${words}${why === "" ? "" : `: ${why}`}`;
}

function cutTo(text: string, width: number): string {
  const letters = [...text];
  return letters.length <= width ? text : `${letters.slice(0, width - 1).join("")}…`;
}
