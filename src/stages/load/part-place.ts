import { cellName } from "../../model/cell-name.ts";
import type { Part } from "../../model/decision.ts";
import { headerText } from "../../model/manifest/header-key.ts";
import type { Region } from "../../model/manifest/manifest.ts";
import type { PartPlace, PlacedColumn } from "../../model/part-place.ts";
import { joinRanges } from "../../model/row-ranges.ts";

/** A column of a region by its index; without letter and header where it has none. */
function placedColumn({ columns }: Region, index: number | undefined): PlacedColumn {
  const column = index === undefined ? undefined : columns[index];
  if (column === undefined) return { letter: "", header: "" };
  const { letter, fill_down, percent } = column;
  return {
    letter,
    header: headerText(column),
    ...(fill_down === true ? { fill_down } : {}),
    ...(percent === true ? { fractions: true } : {}),
  };
}

/** A cell of a part as people cite it. */
export function cellOf({ region }: Part, index: number | undefined, row: number): string {
  const { file, member, sheet } = region;
  const column = placedColumn(region, index);
  return cellName({ file_name: file, member, sheet, column, row, line: null });
}

/** Where the cells of a part stand, for the ledger. */
export function placeOfPart({ region, bindings, periods }: Part): PartPlace {
  const placed = (index: number): PlacedColumn => placedColumn(region, index);
  const bound = bindings.map(({ index }) => region.columns[index]);
  const carries = bound.some((column) => column?.letter === "" || column?.fill_down === true);
  return {
    columns: Object.fromEntries(bindings.map(({ column, index }) => [column, placed(index)])),
    ...(periods.length === 0
      ? {}
      : {
          periods: Object.fromEntries(periods.map(({ period, index }) => [period, placed(index)])),
        }),
    ...(carries
      ? {
          rows: joinRanges([...region.data_rows, ...region.total_rows]),
          section_rows: region.section_rows,
        }
      : {}),
  };
}
