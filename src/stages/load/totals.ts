import type { Issue, Part } from "../../model/decision.ts";
import type { CellPlace } from "../../model/load-commit.ts";
import type { Region, RowRange, SourceContract } from "../../model/manifest/manifest.ts";
import type {
  Because,
  PublishedTotal,
  TotalFigure,
  TotalWay,
} from "../../model/manifest/published-total.ts";
import { countRows, within } from "../../model/row-ranges.ts";
import { cellOf } from "./part-place.ts";

/** The column that holds the figures of an unpivoted table. */
const VALUE = "value";

/** The totals that the parts publish of their own rows, with the columns that were loaded. */
export function publishedTotals(contract: SourceContract, issue: Issue): readonly PublishedTotal[] {
  return issue.parts.flatMap((part, at) =>
    (part.region.assertions ?? []).map(({ row, of, columns, expected = [], said = [], taken }) => {
      const figures = [
        ...columns.flatMap((letter) => figureOf(contract, part, letter, "seen")),
        ...expected.flatMap((letter) => figureOf(contract, part, letter, "expected")),
        ...said.flatMap((letter) => figureOf(contract, part, letter, "said")),
      ];
      const way = wayOf(part.region, row, of);
      const is = taken === undefined ? {} : { taken };
      return { part: at + 1, row, of, way, figures, since: null, ...is };
    }),
  );
}

function wayOf(
  { data_rows, total_rows }: Region,
  row: number,
  of: readonly RowRange[],
): TotalWay | null {
  const [[first] = []] = of;
  if (first === undefined) return null;
  if (within(total_rows)(first)) return "others";
  if (countRows(of) === countRows(data_rows)) return "all";
  return first > row ? "below" : "above";
}

/** The measure that the figures of a column of the sheet are loaded into; none if it is no number there. */
function figureOf(
  contract: SourceContract,
  { region, bindings, periods }: Part,
  letter: string,
  because: Because,
): readonly TotalFigure[] {
  const index = region.columns.findIndex((column) => column.letter === letter);
  const period =
    contract.layout === "unpivot"
      ? (periods.find((one) => one.index === index)?.period ?? null)
      : null;
  const name = period === null ? bindings.find((one) => one.index === index)?.column : VALUE;
  const column = contract.columns.find((one) => one.name === name);
  const adds =
    column?.role === "measure" && (column.type === "bigint" || column.type === "numeric");
  return column === undefined || !adds ? [] : [{ column: column.name, period, because }];
}

/** Where a cell of the load stands in its file, see `cellName`. */
export function citation(issue: Issue): (cell: CellPlace) => string {
  return ({ part, row, column, period }) => {
    const found = issue.parts[part - 1];
    if (found === undefined) return `row ${row}`;
    const { bindings, periods } = found;
    const index =
      column === VALUE && period !== null
        ? periods.find((one) => one.period === period)?.index
        : bindings.find((one) => one.column === column)?.index;
    return cellOf(found, index, row);
  };
}
