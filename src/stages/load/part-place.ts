import type { Part } from "../../model/decision.ts";
import { headerText } from "../../model/header-key.ts";
import type { PartPlace, PlacedColumn } from "../../model/part-place.ts";
import { joinRanges } from "../../model/row-ranges.ts";

/** Where the cells of a part stand, for the ledger. */
export function placeOfPart({ region, bindings, periods }: Part): PartPlace {
  const placed = (index: number): PlacedColumn => {
    const column = region.columns[index];
    if (column === undefined) return { letter: "", header: "" };
    const { letter, fill_down } = column;
    return { letter, header: headerText(column), ...(fill_down === true ? { fill_down } : {}) };
  };
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
