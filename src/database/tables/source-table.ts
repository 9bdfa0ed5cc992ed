import { CanonryError } from "../../model/errors.ts";
import { LIMITS } from "../../model/limits.ts";
import type { ColumnType, ContractColumn, SourceContract } from "../../model/manifest/manifest.ts";
import {
  clashingName,
  hasMarkers,
  markedMeasures,
  markerName,
  meaningName,
} from "../../model/marks/marked-columns.ts";
import { identifier, literal } from "../identifier.ts";

/** A physical column of a bronze table. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
}

const SYSTEM: readonly TableColumn[] = [
  { name: "_load_id", type: "bigint" },
  { name: "_part", type: "smallint" },
  { name: "_row", type: "bigint" },
  { name: "_kind", type: "text" },
  { name: "_period", type: "text" },
];

/** As information_schema spells our types. */
const SQL_TYPE: Readonly<Record<ColumnType, string>> = {
  text: "text",
  bigint: "bigint",
  numeric: "numeric",
  date: "date",
  timestamp: "timestamp without time zone",
  boolean: "boolean",
};

/** Null for a type that is none of ours. */
export function columnTypeOf(sqlType: string): ColumnType | null {
  const types = Object.keys(SQL_TYPE) as ColumnType[];
  return types.find((type) => SQL_TYPE[type] === sqlType) ?? null;
}

/** The columns that a contract asks of its table, in the order of the contract. */
export function tableColumns(contract: SourceContract): readonly TableColumn[] {
  const own = contract.columns.flatMap((column): TableColumn[] => {
    const plain = { name: column.name, type: SQL_TYPE[column.type] };
    return hasMarkers(column) ? [plain, { name: markerName(column.name), type: "text" }] : [plain];
  });
  const clash = clashingName(contract);
  if (clash !== null) {
    throw new CanonryError(
      "MANIFEST_INVALID",
      `two columns of ${contract.code} would be called ${clash}`,
    );
  }
  const columns = [...SYSTEM, ...own];
  if (columns.length > LIMITS.table_columns) {
    throw new CanonryError(
      "TABLE_TOO_WIDE",
      `${contract.code} needs ${columns.length} columns; the limit is ${LIMITS.table_columns}`,
    );
  }
  return columns;
}

export type TableChange =
  | { readonly kind: "create"; readonly columns: readonly TableColumn[] }
  | { readonly kind: "add"; readonly column: TableColumn }
  | { readonly kind: "widen"; readonly column: TableColumn; readonly from: string };

const WIDER: readonly (readonly [from: string, to: string])[] = [
  ["bigint", "numeric"],
  ["bigint", "text"],
  ["numeric", "text"],
  ["date", "timestamp without time zone"],
  ["date", "text"],
  ["timestamp without time zone", "text"],
  ["boolean", "text"],
];

/** What the table lacks of its contract. Pure. Additive or lossless only; anything else is refused. */
export function planTable(
  contract: SourceContract,
  live: readonly TableColumn[] | null,
): readonly TableChange[] {
  const wanted = tableColumns(contract);
  if (live === null) return [{ kind: "create", columns: wanted }];
  return wanted.flatMap((column): TableChange[] => {
    const has = live.find((one) => one.name === column.name);
    if (has === undefined) return [{ kind: "add", column }];
    if (has.type === column.type) return [];
    if (WIDER.some(([from, to]) => from === has.type && to === column.type)) {
      return [{ kind: "widen", column, from: has.type }];
    }
    // A table may be wider than the contract: every value of the contract's type fits it.
    if (WIDER.some(([from, to]) => from === column.type && to === has.type)) return [];
    throw new CanonryError(
      "DRIFT_BREAKING",
      `${contract.code}.${column.name} is ${has.type} in the database and cannot become ${column.type}`,
    );
  });
}

export function bronzeTable(source: string): string {
  return `bronze.${identifier(source)}`;
}

export function silverView(source: string): string {
  return `silver.${identifier(source)}`;
}

/** The columns of a table after a change. */
export function columnsAfter(
  columns: readonly TableColumn[],
  change: TableChange,
): readonly TableColumn[] {
  switch (change.kind) {
    case "create":
      return change.columns;
    case "add":
      return [...columns, change.column];
    case "widen":
      return columns.map((one) => (one.name === change.column.name ? change.column : one));
  }
}

/** Statements for a change of `table`; the view is dropped and made again around a widening. */
export function changeSql(table: string, change: TableChange): readonly string[] {
  const define = (column: TableColumn): string =>
    `${identifier(column.name)} ${column.type}${SYSTEM.includes(column) && column.name !== "_period" ? " not null" : ""}`;
  switch (change.kind) {
    case "create":
      return [
        `create table ${table} (${change.columns.map(define).join(", ")})`,
        // Loads are appended, so their rows stand together: a block-range index costs next to nothing.
        `create index on ${table} using brin (_load_id)`,
      ];
    case "add":
      return [`alter table ${table} add column ${define(change.column)}`];
    case "widen":
      return [
        `alter table ${table} alter column ${identifier(change.column.name)} type ${change.column.type}`,
      ];
  }
}

/** Columns of a view before those of its table; no column of a table is called so. */
const PERIOD = ["period", "period_start", "period_end"];
const HEAD = [...PERIOD, "_load_id", "_part", "_row"];

/**
 * The columns of the view of a table, in order: those of the view as it stands (`live`, null where there is
 * none) stay in their places, since a view only grows at its end. Each measure with marks is followed by its
 * mark and by what that means.
 */
export function viewOrder(
  contract: SourceContract,
  columns: readonly TableColumn[],
  live: readonly string[] | null,
): readonly string[] {
  const names = columns.map((column) => column.name).filter((name) => !name.startsWith("_"));
  const meanings = new Map(
    markedMeasures(contract, names).map((name) => [markerName(name), meaningName(name)]),
  );
  const wanted = [
    ...HEAD,
    ...names.flatMap((name) => [name, ...(meanings.has(name) ? [meanings.get(name) ?? ""] : [])]),
  ];
  const kept = live ?? [];
  return [...kept, ...wanted.filter((name) => !kept.includes(name))];
}

/**
 * What the view of what is current shows: data rows of the current loads with the first and last day of their
 * period. A cumulative source gives each data period once, from the latest issue that holds it. What a mark
 * means is looked up only by a query that asks for it: a person's word, else that of the row's own load. `order` is that of `viewOrder`.
 */
export function viewQuery(
  contract: SourceContract,
  columns: readonly TableColumn[],
  order: readonly string[],
): string {
  const marked = new Map(
    markedMeasures(
      contract,
      columns.map((column) => column.name),
    ).map((name) => [meaningName(name), markerName(name)]),
  );
  const own = order.map((name) => {
    if (PERIOD.includes(name)) return `p.${identifier(name)}`;
    const marker = marked.get(name);
    if (marker === undefined) return `b.${identifier(name)}`;
    const place = `b.${identifier(marker)}`;
    return `case when ${place} is not null then (select case when m.said_by = 'person' then m.meaning
             else coalesce((select n.meaning from ops.load_marker n
               where n.load_id = b._load_id and n.token = m.token), m.meaning) end
            from ops.marker m
           where m.source = ${literal(contract.code)} and m.token = ${place}) end as ${identifier(name)}`;
  });
  const latest =
    contract.coverage === "cumulative"
      ? `join ops.load_period h on h.load_id = l.load_id and h.is_latest
           and h.period = coalesce(b._period, l.period)
         join ops.period p on p.period = h.period`
      : "join ops.period p on p.period = l.period";
  return `select ${own.join(", ")}
      from ${bronzeTable(contract.code)} b
      join ops.load l on l.load_id = b._load_id and l.is_current
      ${latest}
     where b._kind = 'data'`;
}

/** COMMENT ON for the view and the table: meaning, unit, grain, header as printed. */
export function commentSql(
  contract: SourceContract,
  columns: readonly TableColumn[],
): readonly string[] {
  const grain = contract.grain.length === 0 ? "a row of the file" : contract.grain.join(" + ");
  const about = [contract.title, contract.description, `One row is ${grain}.`]
    .filter((text, at, all) => text !== undefined && text !== "" && all.indexOf(text) === at)
    .join(" - ");
  const known = contract.columns.filter((column) =>
    columns.some((one) => one.name === column.name),
  );
  return [
    `comment on view ${silverView(contract.code)} is ${literal(about)}`,
    `comment on table ${bronzeTable(contract.code)} is ${literal(`${about} All vintages, as published.`)}`,
    ...known.flatMap((column) => columnComments(contract.code, column)),
    ...markedMeasures(
      contract,
      columns.map((column) => column.name),
    ).flatMap((name) => markComments(contract.code, name)),
  ];
}

function markComments(source: string, measure: string): readonly string[] {
  const mark = `What is published in place of a number of ${measure}, or beside it`;
  const on = (place: string, column: string, text: string): string =>
    `comment on column ${place}.${identifier(column)} is ${literal(text)}`;
  return [
    on(silverView(source), markerName(measure), mark),
    on(bronzeTable(source), markerName(measure), mark),
    on(
      silverView(source),
      meaningName(measure),
      `What ${markerName(measure)} means: as a person says, else the notes of its load, else ops.marker`,
    ),
  ];
}

function columnComments(source: string, column: ContractColumn): readonly string[] {
  const text = [
    column.description,
    column.unit === undefined ? undefined : `Unit: ${column.unit}`,
    column.headers[0] === undefined ? undefined : `Header: ${column.headers[0]}`,
    column.markers.length === 0 ? undefined : `Marks: ${column.markers.join(" ")}`,
  ]
    .filter((part) => part !== undefined)
    .join(". ");
  return [silverView(source), bronzeTable(source)].map(
    (place) => `comment on column ${place}.${identifier(column.name)} is ${literal(text)}`,
  );
}
