import { type Core, countsOf, isNumeric } from "../cores/column-count.ts";
import { isTimely, isWords, type SampleCell } from "../lines/cell-class.ts";
import { cellAt, type Line } from "../lines/line.ts";
import { noteText, unitText } from "../lines/words.ts";

/** Signs without letters, digits or a currency: "/", "…", "•". */
const SIGNS = /^[^\p{L}\p{N}\p{Sc}%‰°#"'„“”]{1,4}$/u;

/** Short for "not available" and the like, in the usual languages: "np", "n.d.", "k. A.". */
const NOT_GIVEN = /^(?:n[./]?\s?[a-ln-qs-z]\.?|k\.\s?[a-z]\.)$/i;

/** What stands in place of a figure is a word or two. */
const LONGEST = 15;

/** Whether a text, in every cell of figures of a row, can be nothing but a mark. */
function isMark(text: string): boolean {
  return SIGNS.test(text) || (NOT_GIVEN.test(text) && !unitText(text));
}

/** A row right above the others and right below the names of all its columns, whose figures are all one mark. */
export function isMarkRow(core: Core, lines: readonly Line[], at: number): boolean {
  const text = oneText(core, lines[at], lines[at - 1]);
  return text !== null && isMark(text);
}

/** A last header line that could as well be a row: the same word over all figures, below names of all columns. */
export function wordsOfRow(core: Core, header: readonly Line[]): string | null {
  const [line, above] = [header.at(-1), header.at(-2)];
  const text = oneText(core, line, above);
  const [label, ...others] = line?.cells ?? [];
  const isNamed =
    above !== undefined && label !== undefined && cellAt(above, label.column) !== undefined;
  if (text === null || !isNamed || others.length < 2 || unitText(text)) return null;
  return text.length > LONGEST ? null : text;
}

/** The one text that a line has over all its figures, with a label before them, if the line above names each of them apart. */
function oneText(core: Core, line: Line | undefined, above: Line | undefined): string | null {
  const [label] = line?.cells ?? [];
  if (line === undefined || above === undefined || label === undefined || line.gap > 0) return null;
  const isOver = (cell: SampleCell): boolean => isNumeric(countsOf(core, cell.column));
  const figures = line.cells.filter((cell) => cell !== label && isOver(cell));
  const [first] = figures;
  const wanted = [...core.columns].filter(
    ([column, count]) => column > label.column && isNumeric(count),
  );
  if (first === undefined || figures.length < wanted.length) return null;
  if (!isWords(first) || figures.some(({ text }) => text !== first.text)) return null;
  if (!isLabelled(core, label) || noteText(label.text)) return null;
  const names = figures.map(({ column }) => cellAt(above, column)?.text);
  if (names.some((name, at) => name === undefined || name === names[at + 1])) return null;
  return first.text;
}

function isLabelled(core: Core, label: SampleCell): boolean {
  const { words, times, all } = countsOf(core, label.column);
  return (isWords(label) || isTimely(label)) && words + times >= all * 0.5 && all > 0;
}
