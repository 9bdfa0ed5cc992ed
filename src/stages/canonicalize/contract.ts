import { fileStem } from "../../model/manifest/file-stem.ts";
import { headerText } from "../../model/manifest/header-key.ts";
import type {
  ColumnType,
  ContractColumn,
  Region,
  RegionColumn,
  SourceContract,
} from "../../model/manifest/manifest.ts";
import { isGhost, lastingColumns } from "../../model/manifest/similarity.ts";
import { marksSeen } from "../../model/marks/marked-columns.ts";
import { contains, parsePeriod } from "../../model/period/period.ts";

/** The columns that stand for the columns of an unpivoted table. */
export const DATA_PERIOD = "data_period";
export const VALUE = "value";

/** A contract for a table that is seen for the first time. */
export function newContract(
  code: string,
  regions: readonly [Region, ...Region[]],
  period: string,
): SourceContract {
  const [region] = regions;
  const wide = region.columns.some((column) => column.role === "period");
  const time = wide ? [] : timeColumns(region, period);
  const columns = lastingColumns(region).map((column) => contractColumn(column, period));
  const keys = columns
    .filter((column) => column.role === "dimension" || column.role === "time")
    .map((column) => column.name);
  return {
    code,
    title: region.title ?? region.sheet ?? code,
    ...(region.description === undefined
      ? {}
      : { description: region.description, said_by: region.said_by ?? "publisher" }),
    match: {
      sheets: [...new Set(regions.map((one) => one.sheet))],
      files: [...new Set(regions.map((one) => fileStem(one.member ?? one.file)))],
      number: region.number,
    },
    grain: wide ? [...keys, DATA_PERIOD] : keys,
    coverage: wide || time.length > 0 ? "cumulative" : "period",
    layout: wide ? "unpivot" : "rows",
    time,
    columns: wide ? [...columns, ...unpivoted(region, period)] : columns,
    first_period: period,
  };
}

export function contractColumn(column: RegionColumn, period: string): ContractColumn {
  return {
    name: column.name,
    headers: [headerText(column)],
    type: column.type,
    role: column.role,
    ...(column.unit === undefined ? {} : { unit: column.unit }),
    ...(column.description === undefined
      ? {}
      : { description: column.description, said_by: column.said_by ?? "rule" }),
    markers: marksSeen(column),
    first_period: period,
  };
}

/** The two columns that every wide table gets in place of its periods. */
function unpivoted(region: Region, period: string): readonly ContractColumn[] {
  const wide = region.columns.filter((column) => column.role === "period");
  const unit = wide.find((column) => column.unit !== undefined)?.unit;
  return [
    {
      name: DATA_PERIOD,
      headers: [],
      type: "text",
      role: "time",
      description: "Period that the column's header names",
      said_by: "rule",
      markers: [],
      first_period: period,
    },
    {
      name: VALUE,
      headers: [],
      type: valueType(wide),
      role: "measure",
      ...(unit === undefined ? {} : { unit }),
      markers: [...new Set(wide.flatMap(marksSeen))].sort(),
      first_period: period,
    },
  ];
}

/** The narrowest type that holds the cells of all the period columns. */
export function valueType(columns: readonly RegionColumn[]): ColumnType {
  const types = new Set(columns.filter((column) => !isGhost(column)).map((column) => column.type));
  if (types.size === 0) return "numeric";
  if (types.size === 1) return [...types][0] ?? "numeric";
  return [...types].every((type) => type === "bigint" || type === "numeric") ? "numeric" : "text";
}

const TIME_HEADER =
  /^(?:(?:reporting|data|effective|census|activity|snapshot)?(?:snapshot)?(?:calendar|financial|week|month|quarter|period|year|date|time|snapshot)(?:ending|ended|commencing|beginning|end|start|startdate|enddate|date|name|year)?|month|year|quarter|week|period|)$/;

/**
 * The column that gives each row its data period, if the table repeats history: its cells are several
 * periods, the last of which belongs to the release. A table of one period needs none.
 */
function timeColumns(region: Region, period: string): readonly string[] {
  const release = parsePeriod(period);
  const several = region.columns.filter((column) => {
    const [, last, count] = column.periods ?? ["", "", 0];
    const end = parsePeriod(last);
    const header = (column.header.at(-1) ?? "").toLowerCase().replace(/[^a-z]+/g, "");
    if (column.role !== "time" || count < 2 || end === null || release === null) return false;
    return TIME_HEADER.test(header) && (contains(release, end) || contains(end, release));
  });
  const finest = several.find((column) => !/^\d{4}$/.test(column.periods?.[0] ?? "")) ?? several[0];
  return finest === undefined ? [] : [finest.name];
}
