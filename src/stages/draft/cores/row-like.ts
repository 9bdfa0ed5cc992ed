import { isTimely, isWords, type SampleCell } from "../lines/cell-class.ts";
import { cellAt, type Line } from "../lines/line.ts";
import { capitalToken, formOf, noteText } from "../lines/words.ts";
import { type Core, countsOf, isNumeric } from "./column-count.ts";

/** Rows around a line that are looked at for the same labels. */
const NEIGHBOURS = 12;

/**
 * Whether a line with words where the core has numbers is a row all the same: it stands close to the rows,
 * its labels are like theirs, and the words are what stands for a figure that is not there.
 */
export function rowLike(core: Core, lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  if (line === undefined || line.prose > 1) return false;
  const timed = line.cells.slice(0, 1).filter((cell) => timeAmongTimes(lines, index, cell));
  const labels = line.cells.filter(
    (cell) => timed.includes(cell) || !isNumeric(countsOf(core, cell.column)),
  );
  const against = line.cells.filter(
    (cell) => isNumeric(countsOf(core, cell.column)) && isWords(cell),
  );
  const [first] = labels;
  if (first === undefined || noteText(first.text)) return false;
  if (against.length === 0) return timed.length > 0 && line.markers >= 2;
  if (!labels.every((cell) => timed.includes(cell) || isLabelOf(core, cell))) return false;
  if (first.column !== line.cells[0]?.column) return false;
  if (against.length >= 2 && sameText(against))
    return timed.length > 0 || comesAgain(lines, index, against[0]);
  return labels.length >= 2 && against.length === 1 && labelsComeAgain(lines, index, labels);
}

function isLabelOf(core: Core, cell: SampleCell): boolean {
  const count = countsOf(core, cell.column);
  return count.words + count.times >= count.all * 0.5 && count.all > 0;
}

function sameText(cells: readonly SampleCell[]): boolean {
  return cells.every((cell) => cell.text === cells[0]?.text);
}

/** A time where the line above or below has one: no row of names begins so. */
function timeAmongTimes(lines: readonly Line[], index: number, cell: SampleCell): boolean {
  if (!isTimely(cell)) return false;
  return [lines[index - 1], lines[index + 1]].some((line) => {
    const other = line?.cells[0];
    return other !== undefined && other.column === cell.column && isTimely(other);
  });
}

/** One short token in every cell, and in another row too: "DNR", "S". */
function comesAgain(lines: readonly Line[], index: number, token: SampleCell | undefined): boolean {
  if (token === undefined || !capitalToken(token.text)) return false;
  return lines.some(
    (line, at) => at !== index && line.cells.some((cell) => cell.text === token.text),
  );
}

/** A label that a row nearby has in the same column, or one of the same form: "OCT 2" beside "OCT 1". */
function labelsComeAgain(
  lines: readonly Line[],
  index: number,
  labels: readonly SampleCell[],
): boolean {
  const around = stretchOf(lines, index).filter((line) => line.numbers > 0 && !line.sequence);
  return labels.some((label) => {
    const form = formOf(label.text);
    return around.some((line) => {
      const other = cellAt(line, label.column);
      if (other === undefined) return false;
      return other.text === label.text || (/9/.test(form) && formOf(other.text) === form);
    });
  });
}

/** The lines above and below, as far as no blank row parts them. */
function stretchOf(lines: readonly Line[], index: number): Line[] {
  let [first, last] = [index, index];
  while (first > index - NEIGHBOURS && first > 0 && lines[first]?.gap === 0) first--;
  while (last < index + NEIGHBOURS && lines[last + 1]?.gap === 0) last++;
  return [...lines.slice(first, index), ...lines.slice(index + 1, last + 1)];
}
