import type { MergedRange } from "../../../model/sheet.ts";
import type { SampleCell } from "../lines/cell-class.ts";
import { cellAt, type Line, mergeAt } from "../lines/line.ts";
import { repeatedColumns } from "./repeated-columns.ts";

/** Columns beside each other that are named like others. */
type Block = readonly number[];

/**
 * Of each line of a header, the labels of whole blocks by column. Blocks have the same names in their last line;
 * a line labels them if it gives each one label of its own, or stands in the columns of a line that does. Of
 * blocks that empty columns part, it stands in the first column or in the middle; of others it is unmerged and not over
 * all first columns, since a label is carried from there.
 */
export function blockLabels(
  header: readonly Line[],
  columns: readonly number[],
  merges: readonly MergedRange[],
): ReadonlyMap<Line, ReadonlyMap<number, string>> {
  const labels = new Map<Line, ReadonlyMap<number, string>>();
  const leaf = header.at(-1);
  const blocks = leaf === undefined ? [] : alikeBlocks(leaf, columns);
  let places: string | null = null;
  for (const [at, line] of header.slice(0, -1).entries()) {
    const beside = blocks.length > 0 ? [] : repeatedColumns(header.slice(at + 1), columns);
    if (beside.length > 0) {
      const found = labelsBeside(line, beside, merges);
      if (found !== null) labels.set(line, found);
      continue;
    }
    const owners = blocks.flatMap((block) => labelOf(line, block, merges) ?? []);
    if (owners.length === 0 || owners.length < blocks.length) continue;
    const stand = owners.map(({ column }) => column).join(" ");
    const isOwn = new Set(owners.map(({ text }) => text)).size === owners.length;
    if (!isOwn && stand !== places) continue;
    places = stand;
    labels.set(
      line,
      new Map(
        blocks.flatMap((block, at) =>
          block.map((column): [number, string] => [column, owners[at]?.text ?? ""]),
        ),
      ),
    );
  }
  return labels;
}

/** The labels of blocks without a gap: one over each, each another, none merged. */
function labelsBeside(
  line: Line,
  blocks: readonly Block[],
  merges: readonly MergedRange[],
): ReadonlyMap<number, string> | null {
  const over = blocks.map((block) => block.flatMap((column) => cellAt(line, column) ?? []));
  const owners = over.flatMap((cells) => (cells.length === 1 ? cells : []));
  const first = blocks[0]?.[0] ?? 0;
  if (owners.length < blocks.length || owners.every(({ column }, at) => column === blocks[at]?.[0]))
    return null;
  if (new Set(owners.map(({ text }) => text)).size < owners.length) return null;
  const isMerged = ({ column }: SampleCell): boolean =>
    column > first && mergeAt(merges, line.row, column) !== undefined;
  if (line.cells.some(isMerged)) return null;
  return new Map(
    blocks.flatMap((block, at) =>
      block.map((column): [number, string] => [column, owners[at]?.text ?? ""]),
    ),
  );
}

/** All blocks, at least two, if they name the same columns; the first may begin with labels of rows. */
function alikeBlocks(leaf: Line, columns: readonly number[]): readonly Block[] {
  const runs: number[][] = [];
  for (const column of columns) {
    const run = runs.at(-1);
    if (run?.at(-1) === column - 1) run.push(column);
    else runs.push([column]);
  }
  const [first, ...rest] = runs;
  const length = rest[0]?.length ?? 0;
  if (first === undefined || length < 2 || first.length < length) return [];
  const blocks = [first.slice(-length), ...rest];
  const names = blocks.map((block) => block.map((column) => cellAt(leaf, column)?.text));
  const [own] = names;
  const isAlike = names.every((one) => one.join("|") === own?.join("|"));
  const isWhole = own !== undefined && new Set(own).size === length && !own.includes(undefined);
  return isAlike && isWhole ? blocks : [];
}

/** The only cell of a line over a block, if it stands for all of it: at its beginning or in its middle, or merged over all columns but one. */
function labelOf(line: Line, block: Block, merges: readonly MergedRange[]): SampleCell | null {
  const over = block.flatMap((column) => cellAt(line, column) ?? []);
  const [cell] = over;
  if (cell === undefined || over.length > 1) return null;
  const merge = mergeAt(merges, line.row, cell.column);
  const [left = 0, right = 0] = [block[0], block.at(-1)];
  if (merge !== undefined && merge.right > merge.left) {
    const isInside = merge.left >= left && merge.right <= right;
    return isInside && merge.right - merge.left + 2 >= block.length ? cell : null;
  }
  const isCentred = Math.abs(cell.column - (left + right) / 2) < 1 && cell.column < right;
  return cell.column === left || isCentred ? cell : null;
}
