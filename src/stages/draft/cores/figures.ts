import { isWords, isYear, type SampleCell } from "../lines/cell-class.ts";
import type { Line } from "../lines/line.ts";
import { capitalToken, totalWord } from "../lines/words.ts";
import { isEvenRow } from "./even-rows.ts";
import { isScale, numbersColumns } from "./lines-of-no-row.ts";

/** Whether a line holds figures: numbers that are not a header's. `inside`: the line before is of a core. */
export function hasFigures(lines: readonly Line[], index: number, inside: boolean): boolean {
  const line = lines[index];
  if (line === undefined || line.numbers === 0) return false;
  if (inside && line.gap === 0 && sameShape(lines[index - 1], line))
    return !headsAgain(lines, index);
  if (inside && line.gap === 0 && labelledAlike(lines[index - 1], line)) return true;
  if (headsNext(lines, index, inside)) return false;
  if (!inside && (isScale(lines, index) || numbersColumns(lines, index))) return false;
  if (!line.sequence) {
    const total = totalWord(line.cells[0]?.text ?? "");
    const below = line.gap === 0 && sameColumns(lines[index - 1], line);
    return !loneYear(line) || (below && (inside || total));
  }
  return alikeNeighbour(lines, index) || isEvenRow(lines, index);
}

/** At least two labels in just the columns where the line before has its labels: a row like that one. */
function labelledAlike(before: Line | undefined, line: Line): boolean {
  const labels = (one: Line): string =>
    one.cells
      .filter((cell) => isWords(cell))
      .map((cell) => cell.column)
      .join(" ");
  return before !== undefined && line.words >= 2 && labels(before) === labels(line);
}

/** Right below a row with the same columns filled, or some of them: a count may look like a year. */
function sameColumns(before: Line | undefined, line: Line): boolean {
  const columns = before?.cells.map((cell) => cell.column) ?? [];
  return (
    line.cells[0]?.column === columns[0] &&
    line.cells.every((cell) => columns.includes(cell.column))
  );
}

/** Same columns filled with the same kinds of cells. */
function sameShape(before: Line | undefined, line: Line): boolean {
  if (before === undefined || before.cells.length !== line.cells.length) return false;
  return line.cells.every((cell, at) => {
    const other = before.cells[at];
    return other?.column === cell.column && other.class === cell.class;
  });
}

/**
 * A header in the middle of rows of the same shape: at least three numbers that go up by one step
 * across, and years, or the same again as in a line above. A row of counts may run evenly too.
 */
function headsAgain(lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  if (line === undefined || !line.sequence || line.numbers < 3) return false;
  const numbers = line.cells.filter((cell) => cell.class === "number");
  const step = (numbers[1]?.value ?? 0) - (numbers[0]?.value ?? 0);
  const even = numbers.every(
    (cell, at) => at === 0 || cell.value - (numbers[at - 1]?.value ?? 0) === step,
  );
  return even && (numbers.every(isYear) || standsAbove(lines, index));
}

/** Whether a line of the same texts stands above, not more than 500 lines away. */
function standsAbove(lines: readonly Line[], index: number): boolean {
  const text = lines[index]?.cells.map((cell) => cell.text).join("|");
  return lines
    .slice(Math.max(0, index - 500), index)
    .some((above) => above.cells.map((cell) => cell.text).join("|") === text);
}

/**
 * A line that names columns though it holds numbers: it has words where the line below has figures,
 * and no figures where that one has words. Such as percentiles or a year beside names.
 */
function headsNext(lines: readonly Line[], index: number, inside: boolean): boolean {
  const line = lines[index];
  const next = lines[index + 1];
  if (line === undefined || next === undefined || next.gap > 2) return false;
  if (yearsOverWords(line, next) || yearOverAll(line, next, lines[index + 2])) return true;
  if (line.words < 2 || isNamed(lines[index - 1], line)) return false;
  const names: SampleCell[] = [];
  for (const cell of line.cells) {
    const below = next.cells.find((other) => other.column === cell.column);
    if (below === undefined) continue;
    if (isWords(cell) && below.class === "number") names.push(cell);
    if (cell.class === "number" && isWords(below)) return false;
  }
  const over = names.length;
  const token = leftOut(line);
  if (over > 0 && names.every(({ text }) => text === token)) return false;
  const inRow = inside && line.gap === 0;
  if (over >= 2) return !inRow || over >= next.numbers * 0.5;
  return !inRow && yearsOverFigures(line, next);
}

/** The one word in capitals that stands in place of several figures of a line that has others, or null. */
function leftOut(line: Line): string | null {
  if (!line.cells.some((cell) => cell.class === "number" && !isYear(cell))) return null;
  const tokens = line.cells.flatMap(({ text }) => (capitalToken(text) ? [text] : []));
  const [token] = tokens;
  if (token === undefined || tokens.length < 2) return null;
  return tokens.every((other) => other === token) ? token : null;
}

/** The line above names every column of this one, those of its words too: a row, though a count of it looks like a year. */
function isNamed(above: Line | undefined, line: Line): boolean {
  if (above === undefined || line.gap > 0 || above.numbers > 0) return false;
  return line.cells.every((cell) => {
    const name = above.cells.find((other) => other.column === cell.column);
    return name !== undefined && isWords(name) && name.text !== cell.text;
  });
}

/** One year alone above the names of figures, over the first of them. */
function yearOverAll({ cells }: Line, names: Line, row: Line | undefined): boolean {
  const [year, ...others] = cells;
  if (year === undefined || others.length > 0 || !isYear(year)) return false;
  const [first] = row?.cells.filter((cell) => cell.class === "number") ?? [];
  return first?.column === year.column && names.numbers === 0 && names.words >= 2;
}

/** Years, at least two, above the names of their columns. */
function yearsOverWords(line: Line, next: Line): boolean {
  const numbers = line.cells.filter((cell) => cell.class === "number");
  if (numbers.length < 2 || !numbers.every(isYear)) return false;
  return numbers.every((cell) => {
    const below = next.cells.find((other) => other.column === cell.column);
    return below !== undefined && isWords(below);
  });
}

function yearsOverFigures(line: Line, next: Line): boolean {
  const numbers = line.cells.filter((cell) => cell.class === "number");
  if (!numbers.every(isYear) || line.words < numbers.length) return false;
  return numbers.every((cell) => {
    const below = next.cells.find((other) => other.column === cell.column);
    return below !== undefined && !isYear(below) && !isWords(below);
  });
}

/** A title or a caption that speaks of a year, or a page number. */
function loneYear(line: Line): boolean {
  const [first] = line.cells;
  const years = line.cells.every((cell) => cell.class !== "number" || isYear(cell));
  return (
    line.numbers === 1 &&
    line.cells.length <= 2 &&
    years &&
    line.words >= 1 &&
    first?.class !== "number"
  );
}

/** A row of running numbers is data if the row before or after has numbers of the same kind in the same places. */
function alikeNeighbour(lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  const next = lines[index + 1];
  const before = lines[index - 1];
  if (line === undefined) return false;
  if (next !== undefined && next.gap === 0 && alike(line, next)) return true;
  return before !== undefined && line.gap === 0 && alike(before, line);
}

function alike(a: Line, b: Line): boolean {
  if (!sameShape(a, b) || a.numbers > 3) return false;
  const years = a.cells.every((cell, at) => {
    const other = b.cells[at];
    return other !== undefined && isYear(cell) === isYear(other);
  });
  return years && a.cells.some((cell, at) => cell.text !== b.cells[at]?.text);
}
