import type { Line } from "../lines/line.ts";
import type { Core } from "./column-count.ts";
import { countCell, emptyCount } from "./column-count.ts";

/** So many times at least stands the header on the pages of a table. */
const LEAST_PAGES = 3;

/**
 * A table of words that was printed on pages: the same line of names stands three times or more among its
 * rows, and mostly right below a row. A blank row or a caption before each would part tables.
 */
export function pagedCore(lines: readonly Line[]): { header: number; core: Core } | null {
  const header = firstRepeated(lines);
  const names = lines[header];
  if (names === undefined) return null;
  const text = textOf(names);
  const last = lastOnPages(lines, header);
  const members: number[] = [];
  let pages = 0;
  let close = 0;
  for (let at = header; at <= last; at++) {
    const line = lines[at];
    if (line === undefined) continue;
    if (textOf(line) !== text) members.push(at);
    else {
      pages++;
      if (at > header && line.gap === 0 && (lines[at - 1]?.cells.length ?? 0) >= 1) close++;
    }
  }
  if (pages < LEAST_PAGES || close * 2 < pages - 1 || members.length < pages) return null;
  if (hasMore(lines, header, last)) return null;
  const core = coreOf(lines, members);
  return mostlyWords(core) ? { header, core } : null;
}

/** Lines of three cells or more around the pages: another table. */
function hasMore(lines: readonly Line[], header: number, last: number): boolean {
  return [...lines.slice(0, header), ...lines.slice(last + 1)].some(
    (line) => line.cells.length >= 3,
  );
}

function textOf(line: Line): string {
  return line.cells.map((cell) => `${cell.column}:${cell.text}`).join("|");
}

/** The first line of at least three words and nothing else that comes again often enough; -1 if none does. */
function firstRepeated(lines: readonly Line[]): number {
  const seen = new Map<string, { first: number; count: number }>();
  for (const [at, line] of lines.entries()) {
    if (line.words < 3 || line.words < line.cells.length || line.prose > 0) continue;
    if (new Set(line.cells.map((cell) => cell.text)).size < line.cells.length) continue;
    const text = textOf(line);
    const known = seen.get(text);
    if (known === undefined) seen.set(text, { first: at, count: 1 });
    else known.count++;
  }
  const often = [...seen.values()].filter((one) => one.count >= LEAST_PAGES);
  return Math.min(...often.map((one) => one.first), lines.length);
}

/**
 * The last line below the header that keeps to its columns and is no more than two rows apart; on the last page
 * no further apart than lines are on the pages before it.
 */
function lastOnPages(lines: readonly Line[], header: number): number {
  const columns = lines[header]?.cells.map((cell) => cell.column) ?? [];
  const text = textOf(lines[header] as Line);
  const lastPage = lines.findLastIndex((line) => textOf(line) === text);
  let last = header;
  let widest = 0;
  for (let at = header + 1; at < lines.length; at++) {
    const line = lines[at];
    if (line === undefined || line.gap > (at > lastPage ? widest : 2)) break;
    if (!line.cells.every((cell) => columns.includes(cell.column))) break;
    widest = Math.max(widest, line.gap);
    last = at;
  }
  while (last > header && lines[last]?.cells.length === 1 && (lines[last]?.gap ?? 0) > 0) last--;
  return last;
}

function coreOf(lines: readonly Line[], members: readonly number[]): Core {
  const columns: Core["columns"] = new Map();
  for (const at of members) {
    for (const cell of lines[at]?.cells ?? []) {
      const count = columns.get(cell.column) ?? emptyCount();
      countCell(count, cell);
      columns.set(cell.column, count);
    }
  }
  return { first: members[0] ?? 0, last: members.at(-1) ?? 0, members: [...members], columns };
}

function mostlyWords(core: Core): boolean {
  let numbers = 0;
  let all = 0;
  for (const count of core.columns.values()) {
    numbers += count.numbers;
    all += count.all;
  }
  return numbers < all * 0.1;
}
