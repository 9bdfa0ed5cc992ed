import { isTimely, isWords } from "../lines/cell-class.ts";
import { cellAt, type Line } from "../lines/line.ts";
import type { Walk } from "./header-walk.ts";

/** What a header of periods is called by the cell left of them. */
const PERIODS = /^(?:time(?:[ _]periods?)?|periods?|years?|quarters?|months?|dates?)\s*:?$/i;

/** What columns of labels are called: a name of a dimension as databases write it, or a word usual in the field. */
const DIMENSION =
  /^(?:.{1,40}\((?:labels?|codes?)\)|geo|geographical area|(?:(?:reference|reporting) )?(?:countr(?:y|ies)|areas?|regions?)|geograph(?:y|ies)|(?:country|region|area|geography) (?:names?|codes?)|states?|districts?|municipalit(?:y|ies)|sectors?|industr(?:y|ies)|sex|age(?: groups?)?|items?|indicators?|variables?|categor(?:y|ies))\s*:?$/i;

/**
 * Whether the last of these lines names the column of labels: alone there, right below a header of times whose
 * own cell in that column says that they are times.
 */
export function namesLabels(header: readonly Line[], line: Line | undefined): boolean {
  const above = header.at(-1);
  const [label, ...others] = line?.cells ?? [];
  if (above === undefined || line === undefined || label === undefined) return false;
  if (others.length > 0 || line.gap > 0 || !isWords(label) || !DIMENSION.test(label.text))
    return false;
  const times = cellAt(above, label.column);
  return (
    times !== undefined &&
    times === above.cells[0] &&
    PERIODS.test(times.text) &&
    above.cells.length > 2 &&
    above.cells.slice(1).every((cell) => isTimely(cell))
  );
}

/** The label of the first group names the labels where it is of the header and no other group follows. */
export function settleLabelName({ zone, lines, core, left }: Walk): void {
  const [at, ...others] = zone.section;
  const header = zone.header.toSorted((a, b) => a - b);
  const last = header.at(-1);
  if (at === undefined || last === undefined || others.length > 0 || at !== last + 1) return;
  const above = header.flatMap((one) => lines[one] ?? []);
  const line = lines[at];
  if (line?.cells[0]?.column !== left || !namesLabels(above, line)) return;
  const isAlone = ({ cells }: Line): boolean => cells.length === 1 && cells[0]?.column === left;
  if (lines.slice(core.first, core.last + 1).some(isAlone)) return;
  zone.section.length = 0;
  zone.header.push(at);
}

/** The column that such a label names: the cell above it is of the times. */
export function columnsUnderPeriods(header: readonly Line[]): readonly number[] {
  const line = header.at(-1);
  const [label] = line?.cells ?? [];
  return label !== undefined && namesLabels(header.slice(0, -1), line) ? [label.column] : [];
}
