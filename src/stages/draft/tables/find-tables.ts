import { rangesOf, within } from "../../../model/row-ranges.ts";
import { type BlockLines, blockLines } from "../cores/block-labels.ts";
import { type Core, isNumeric } from "../cores/column-count.ts";
import { findCores } from "../cores/core.ts";
import { pagedCore } from "../cores/paged.ts";
import { plainBlock } from "../cores/plain.ts";
import { withoutTailNotes } from "../cores/tail-lines.ts";
import { isDocumentation, textCores } from "../cores/text-table.ts";
import { headerAbove } from "../header/header.ts";
import type { HeaderZone } from "../header/header-walk.ts";
import { labelsApart } from "../header/labels-apart.ts";
import { type SeriesBlock, seriesBlock, zoneBelow } from "../header/series-block.ts";
import { withSettledFigures } from "../lines/among-figures.ts";
import { isWords } from "../lines/cell-class.ts";
import { cellAt, type Line, linesOf, type Pane } from "../lines/line.ts";
import { lineText, markerMeanings, markerRows, noteOf } from "../lines/notes.ts";
import { findPanes, rowsNamingPanes } from "../lines/panes.ts";
import type { SheetSample } from "../lines/sample.ts";
import { captionText, documentationText, noteText } from "../lines/words.ts";
import type { FoundSheet, FoundTable } from "./found.ts";
import { type CoreDraft, joinHeadless } from "./join-cores.ts";
import { withoutNotes } from "./numbered-notes.ts";
import { doubtRivals, missedTable } from "./rivals.ts";
import { rowsLeft } from "./rows-left.ts";
import { makeTable } from "./table.ts";

interface PaneFound {
  readonly tables: FoundTable[];
  readonly titleRows: number[];
  readonly notesRows: number[];
}

/** The tables of a sheet, top to bottom, then left to right. */
export function findTables(seen: SheetSample): FoundSheet {
  const sample = withSettledFigures(seen);
  const panes = findPanes(sample);
  const naming = rowsNamingPanes(sample, panes);
  const found = panes.map((pane) => tablesOf(sample, pane, naming));
  const tables = doubtRivals(
    sample,
    found.flatMap((one) => one.tables).sort((a, b) => a.top - b.top || a.pane.left - b.pane.left),
  );
  const left = rowsLeft(sample, tables);
  const missed = missedTable(sample, tables) ?? (tables.length === 0 ? left : null);
  const told = missed ?? left;
  const claimed = tables.map(claims);
  const notes = found
    .flatMap((one) => one.notesRows)
    .filter((row) => !claimed.some((isOf) => isOf(row)));
  return {
    tables,
    titleRows: [...new Set(found.flatMap((one) => one.titleRows))].sort((a, b) => a - b),
    notesRows: rangesOf(notes),
    quarantined: missed !== null,
    reasons: told === null ? sample.remarks : [told, ...sample.remarks],
  };
}

/** Whether a row is one of a table's own: whatever is said of it elsewhere, it is no note. */
function claims(table: FoundTable): (row: number) => boolean {
  const header = new Set(table.headerRows);
  const kinds = [table.dataRows, table.totalRows, table.sectionRows, table.skippedRows].map(within);
  return (row) => header.has(row) || kinds.some((holds) => holds(row));
}

function tablesOf(sample: SheetSample, pane: Pane, naming: ReadonlySet<number>): PaneFound {
  const lines = labelsApart(linesOf(sample, pane), sample.merges);
  const isFile = sample.name === null;
  const series = seriesBlock(lines);
  const whole = series === null ? wholeDraft(lines, isFile, naming) : null;
  if (whole !== null) {
    const table = makeTable({ pane, lines, sample, ...whole });
    if (table !== null) return surround(lines, [table], [whole]);
  }
  const separate: CoreDraft[] = [];
  let from = 0;
  const blocks = linesApart(lines, series);
  for (const found of findCores(lines, blocks)) {
    const core = withoutTailNotes(lines, found);
    const isBelow = series !== null && core.first >= series.first && from <= series.first;
    const zone = isBelow
      ? zoneBelow(lines, series, core)
      : headerAbove(lines, core, from, { merges: sample.merges, naming });
    separate.push({ core, zone });
    from = core.last + 1;
  }
  const drafts = joinHeadless(lines, separate);
  const kept = withoutNotes(lines, drafts).filter((draft) =>
    isTable(lines, draft.core, draft.zone, isFile),
  );
  const free = freeLines(lines, kept).filter((at) => !blocks.labels.has(at));
  const lastFigures = Math.max(-1, ...kept.map(({ core }) => core.last));
  for (const { header, core } of textCores(lines, free, isFile, lastFigures)) {
    kept.push({ core, zone: headed(...header) });
  }
  kept.sort((a, b) => a.core.first - b.core.first);
  const made = kept.flatMap((draft) => {
    const table = makeTable({ pane, lines, sample, ...draft });
    return table === null ? [] : [{ draft, table }];
  });
  return surround(
    lines,
    made.map((one) => one.table),
    made.map((one) => one.draft),
  );
}

/** The lines that part blocks, and those that describe time series. */
function linesApart(lines: readonly Line[], series: SeriesBlock | null): BlockLines {
  const { headers, labels } = blockLines(lines);
  const described = series === null ? [] : [...series.header, ...series.metadata];
  return { headers, labels: new Set([...labels, ...described]) };
}

/** The one table of all lines: a plain one, or the pages of a table of words. */
function wholeDraft(
  lines: readonly Line[],
  isFile: boolean,
  naming: ReadonlySet<number>,
): CoreDraft | null {
  const plain = plainBlock(lines, naming);
  if (plain !== null && (isFile || [...plain.core.columns.values()].some(isNumeric)))
    return { core: withoutTailNotes(lines, plain.core), zone: headed(plain.header) };
  const paged = pagedCore(lines);
  return paged === null ? null : { core: paged.core, zone: headed(paged.header) };
}

function headed(...header: number[]): HeaderZone {
  return { header, unit: [], section: [], data: [], corner: [], ahead: [] };
}

/** Whether figures make a table: not a stray number beside text, nor a list of contents. */
function isTable(lines: readonly Line[], core: Core, zone: HeaderZone, isFile: boolean): boolean {
  const headers = zone.header.map((at) => lines[at]).filter((line) => line !== undefined);
  const measures = [...core.columns].filter(([, count]) => isNumeric(count));
  if (core.columns.size < 2 && headers.length === 0) return core.members.length >= 3 && isFile;
  if (core.columns.size < 2 && core.members.length < 2) return false;
  if (core.members.length === 1 && headers.length === 0) return false;
  if (isFile) return true;
  if (core.members.length === 1 && isBesideNote(lines[core.first], headers)) return false;
  const onlyIndex = measures.length === 1 && measures[0]?.[0] === Math.min(...core.columns.keys());
  const list = headers.find(isDocumentation);
  if (list !== undefined && (onlyIndex || measures.every(([column]) => isListed(list, column))))
    return false;
  if (onlyIndex && headers.length === 0) return false;
  return againstSelf(lines, core) || headers.length > 0;
}

/** Numbers beside a note or a link, with nothing but numbers above them: they help somebody's formulas. */
function isBesideNote(line: Line | undefined, headers: readonly Line[]): boolean {
  const [label] = line?.cells ?? [];
  if (label === undefined || !isWords(label) || !noteText(label.text)) return false;
  return headers.every(({ words, timely }) => words + timely === 0);
}

/** Numbers of notes, pages or sheets in a list of contents are no figures. */
function isListed(list: Line, column: number): boolean {
  const head = cellAt(list, column);
  return head !== undefined && documentationText(head.text);
}

/** At least two rows of figures with a label. */
function againstSelf(lines: readonly Line[], core: Core): boolean {
  const figures = core.members.filter((at) => (lines[at]?.numbers ?? 0) > 0).length;
  const labelled = [...core.columns.values()].some((count) => !isNumeric(count));
  return figures >= 2 && (labelled || core.columns.size >= 2);
}

function freeLines(lines: readonly Line[], drafts: readonly CoreDraft[]): number[] {
  const taken = new Set<number>();
  for (const { core, zone } of drafts) {
    for (let at = core.first; at <= core.last; at++) taken.add(at);
    for (const at of Object.values(zone).flat()) taken.add(at);
  }
  return lines.map((_, at) => at).filter((at) => !taken.has(at));
}

/** Gives each table the titles above it and the notes around it. */
function surround(
  lines: readonly Line[],
  tables: readonly FoundTable[],
  drafts: readonly CoreDraft[],
): PaneFound {
  const free = freeLines(lines, drafts);
  const titleRows: number[] = [];
  const notesRows: number[] = tables.flatMap((table) => table.rowsBehind);
  const noteLines: Line[] = [];
  const titles = new Map<FoundTable, Line[]>();
  const tops = drafts.map(topOf);
  for (const at of free) {
    const line = lines[at];
    if (line === undefined) continue;
    const text = lineText(line);
    const next = tables.find((_, nth) => (tops[nth] ?? at) > at);
    const near =
      next !== undefined &&
      !tables.some((table) => table.bottom > line.row && table.bottom < next.top);
    const prose = line.prose > 0 && !captionText(text);
    const isNote = noteText(text) || prose || next === undefined || !near;
    if (isNote) {
      notesRows.push(line.row);
      noteLines.push(line);
    } else {
      titleRows.push(line.row);
      titles.set(next, [...(titles.get(next) ?? []), line]);
    }
  }
  const noted = noteLines.map(lineText);
  const meanings = markerMeanings(noted);
  const rows = markerRows(noteLines.map(noteOf));
  const named = tables.map((table) => {
    const above = titles.get(table) ?? [];
    return {
      ...table,
      title: titleOf(above.map(lineText)),
      titleRows: above.map((line) => line.row),
      notes: noted.slice(0, 200),
      markerMeanings: meanings,
      markerRows: rows,
    };
  });
  return { tables: named, titleRows, notesRows };
}

/** The first line of a table. */
function topOf({ core, zone }: CoreDraft): number {
  return Math.min(core.first, ...zone.header, ...zone.unit, ...zone.section, ...zone.data);
}

/** The caption among the lines above a table, else the first that reads like a title. */
function titleOf(texts: readonly string[]): string | null {
  const readable = texts.filter((text) => /\p{L}{3}/u.test(text) && !noteText(text));
  return readable.find(captionText) ?? readable[0] ?? null;
}
