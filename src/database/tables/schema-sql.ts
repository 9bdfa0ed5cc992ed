import { MANAGED_SCHEMAS } from "../../model/storage/backup.ts";
import type { Executor } from "../database.ts";
import { identifier, literal } from "../identifier.ts";
import {
  keySql,
  type ManagedColumn,
  type ManagedTable,
  type ManagedView,
  managedComments,
  managedSequences,
  managedTables,
  managedViews,
  strangeObjects,
  tableName,
} from "./managed-tables.ts";

/** The managed schemas as SQL that any Postgres from 14 on takes, and what could not be put into it. */
export interface SchemaSql {
  readonly tables: readonly ManagedTable[];
  /** Makes schemas and empty tables: what rows are copied into. */
  readonly before: string;
  /** Keys, indexes, views, comments, and where sequences go on. */
  readonly after: string;
  readonly leftOut: readonly string[];
}

/** Equal schemas give equal texts. Run it in a snapshot, under its settings. */
export async function schemaSql(executor: Executor): Promise<SchemaSql> {
  const tables = await managedTables(executor);
  const sequences = await managedSequences(executor);
  const { views, leftOut } = inOrder(await managedViews(executor), tables);
  const known = tables.map((table) => table.oid);
  const serial = sequences.filter((one) => !one.is_identity);
  const before = [
    ...MANAGED_SCHEMAS.map((schema) => `create schema if not exists ${identifier(schema)}`),
    ...serial.map((one) => `create sequence ${tableName(one)}`),
    ...tables.map(tableSql),
    ...serial.map((one) => {
      const table = tableName({ schema: one.table_schema, name: one.table });
      return `alter sequence ${tableName(one)} owned by ${table}.${identifier(one.column)}`;
    }),
  ];
  const comments = await managedComments(executor, [...known, ...views.map((view) => view.oid)]);
  const after = [
    ...(await keySql(executor, known)),
    ...views.map(viewText),
    ...comments.map((one) => {
      const column = one.column === null ? "" : `.${identifier(one.column)}`;
      const kind = one.column === null ? one.kind : "column";
      return `comment on ${kind} ${tableName(one)}${column} is ${literal(one.text)}`;
    }),
    ...sequences
      .filter((one) => one.last_value !== null)
      .map((one) => {
        const table = literal(tableName({ schema: one.table_schema, name: one.table }));
        const sequence = `pg_catalog.pg_get_serial_sequence(${table}, ${literal(one.column)})`;
        return `select pg_catalog.setval(${sequence}, ${one.last_value})`;
      }),
  ];
  return {
    tables,
    before: script(before),
    after: script(after),
    leftOut: [...(await strangeObjects(executor)), ...leftOut],
  };
}

const script = (statements: readonly string[]): string =>
  statements.map((one) => `${one.replace(/;\s*$/, "")};\n`).join("");

function tableSql(table: ManagedTable): string {
  return `create table ${tableName(table)} (\n  ${table.columns.map(columnSql).join(",\n  ")}\n)`;
}

function columnSql(column: ManagedColumn): string {
  const { name, type, collation, generated, identity } = column;
  return [
    `${identifier(name)} ${type}`,
    collation === null ? "" : `collate ${collation}`,
    column.not_null ? "not null" : "",
    identity === "" ? "" : `generated ${identity === "a" ? "always" : "by default"} as identity`,
    generated === "" ? "" : `generated always as (${column.default ?? ""}) stored`,
    column.default === null || generated !== "" ? "" : `default ${column.default}`,
  ]
    .filter((part) => part !== "")
    .join(" ");
}

function viewText(view: ManagedView): string {
  const columns = view.columns.map(identifier).join(", ");
  return `create view ${tableName(view)} (${columns}) as\n${view.definition}`;
}

/** Each view behind those that it reads; without those that need what a backup does not hold. */
function inOrder(
  views: readonly ManagedView[],
  tables: readonly ManagedTable[],
): { readonly views: readonly ManagedView[]; readonly leftOut: readonly string[] } {
  const made = new Set(tables.map((table) => table.oid));
  const ordered: ManagedView[] = [];
  let waiting = views.filter((view) => !view.is_foreign);
  for (;;) {
    const ready = waiting.filter((view) => view.reads.every((oid) => made.has(oid)));
    if (ready.length === 0) break;
    ordered.push(...ready);
    for (const view of ready) made.add(view.oid);
    waiting = waiting.filter((view) => !ready.includes(view));
  }
  const lost = views.filter((view) => !ordered.includes(view));
  return {
    views: ordered,
    leftOut: lost.map((view) => `view ${view.schema}.${view.name}: it needs what is not here`),
  };
}
