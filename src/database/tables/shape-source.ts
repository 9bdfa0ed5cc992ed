import { CanonryError } from "../../model/errors.ts";
import type { SourceContract } from "../../model/manifest/manifest.ts";
import type { Executor, Transaction } from "../database.ts";
import { identifier } from "../identifier.ts";
import { proveLoads, retakeDigests } from "./load-digests.ts";
import {
  bronzeTable,
  changeSql,
  columnsAfter,
  commentSql,
  planTable,
  silverView,
  type TableColumn,
  viewOrder,
  viewQuery,
} from "./source-table.ts";
import { vintagesCommentSql, vintagesQuery, vintagesView } from "./vintages-view.ts";

/** Table and view of a source. */
export interface ShapeOf {
  /** Columns of the table, in order; null if there is none. */
  readonly columns: readonly TableColumn[] | null;
  /** Names of the columns of the view, in order; null if there is none. */
  readonly view: readonly string[] | null;
}

/** Table and view of a source as they stand. */
export async function liveShape(executor: Executor, source: string): Promise<ShapeOf> {
  const rows = await executor.rows<TableColumn & { readonly schema: string }>(
    `select table_schema as schema, column_name as name, data_type as type
       from information_schema.columns
      where table_schema in ('bronze', 'silver') and table_name = $1 order by ordinal_position`,
    [source],
  );
  const of = (schema: string): readonly TableColumn[] | null => {
    const own = rows.filter((row) => row.schema === schema);
    return own.length === 0 ? null : own.map(({ name, type }) => ({ name, type }));
  };
  return { columns: of("bronze"), view: of("silver")?.map((column) => column.name) ?? null };
}

/** The columns of a bronze table as it stands, in order; null if there is none. */
export async function liveColumns(
  executor: Executor,
  source: string,
): Promise<readonly TableColumn[] | null> {
  return (await liveShape(executor, source)).columns;
}

/** False for a source that an older program loaded. */
async function hasVintages(executor: Executor, source: string): Promise<boolean> {
  const [row] = await executor.rows<{ has: boolean }>("select to_regclass($1) is not null as has", [
    vintagesView(source),
  ]);
  return row?.has === true;
}

/** What has to be done so that the table and the views of a source are as its contract asks. */
export interface Shape {
  readonly statements: readonly string[];
  /** As they are afterwards. */
  readonly shape: ShapeOf & { readonly columns: readonly TableColumn[] };
  /** Columns of the table before, where values that it holds change their type; else null. */
  readonly widened: readonly TableColumn[] | null;
}

/**
 * The statements that bring table and views of a source to its contract, given the table as it stands, or as
 * `forecast` says that it will. Reads only. A view that others depend on is never dropped: DRIFT_BREAKING
 * names them.
 */
export async function planShape(
  executor: Executor,
  contract: SourceContract,
  commentsToo: boolean,
  forecast?: ShapeOf,
): Promise<Shape> {
  const before = forecast ?? (await liveShape(executor, contract.code));
  const changes = planTable(contract, before.columns);
  const columns = changes.reduce(columnsAfter, before.columns ?? []);
  const view = viewOrder(contract, columns, before.view);
  const shape = { columns, view };
  const isWhole =
    view.length === before.view?.length &&
    (forecast !== undefined || (await hasVintages(executor, contract.code)));
  if (changes.length === 0 && isWhole && !commentsToo)
    return { statements: [], shape, widened: null };
  const widens = changes.some((change) => change.kind === "widen");
  const views = [silverView(contract.code), vintagesView(contract.code)];
  const grants: string[] = [];
  for (const one of widens ? views : []) grants.push(...(await grantsOf(executor, one)));
  const statements = [
    ...(widens ? views.map((view) => `drop view if exists ${view}`) : []),
    ...changes.flatMap((change) => changeSql(bronzeTable(contract.code), change)),
    ...viewsSql(contract, columns, view),
    ...grants,
    ...commentsSql(contract, columns),
  ];
  return { statements, shape, widened: widens ? before.columns : null };
}

/** `view` names the columns of the silver view in their order. */
const viewsSql = (
  contract: SourceContract,
  columns: readonly TableColumn[],
  view: readonly string[],
): readonly string[] =>
  viewQueries(contract, columns, view).map(
    ({ name, query }) => `create or replace view ${name} as ${query}`,
  );

/** The views that a contract makes over a table of these columns; `view` as for `viewsSql`. */
export const viewQueries = (
  contract: SourceContract,
  columns: readonly TableColumn[],
  view: readonly string[],
): readonly { readonly name: string; readonly query: string }[] => [
  { name: silverView(contract.code), query: viewQuery(contract, columns, view) },
  { name: vintagesView(contract.code), query: vintagesQuery(contract, columns) },
];

const commentsSql = (
  contract: SourceContract,
  columns: readonly TableColumn[],
): readonly string[] => [...commentSql(contract, columns), ...vintagesCommentSql(contract)];

/**
 * Does what `planShape` says, inside the load's transaction. Gives what was done. Where a column is widened,
 * the digests of the loads that stand in the table are proven before, and taken anew.
 */
export async function shapeSource(
  transaction: Transaction,
  contract: SourceContract,
  commentsToo: boolean,
): Promise<Shape> {
  const planned = await planShape(transaction, contract, commentsToo);
  const { statements, shape, widened } = planned;
  if (widened !== null) await proveLoads(transaction, contract.code, widened);
  for (const statement of statements) await transaction.rows(statement);
  if (widened !== null) await retakeDigests(transaction, contract.code, shape.columns);
  return planned;
}

/** Brings views and comments to the contract over the table as it stands; nothing where there is none. */
export async function reshapeView(executor: Executor, contract: SourceContract): Promise<void> {
  const { columns, view } = await liveShape(executor, contract.code);
  if (columns === null) return;
  const statements = [
    ...viewsSql(contract, columns, viewOrder(contract, columns, view)),
    ...commentsSql(contract, columns),
  ];
  for (const statement of statements) await executor.rows(statement);
}

/**
 * Makes the views of every source anew, after the ledger that they read came to a newer shape. One that cannot
 * be made anew stays as it is, and `verify` tells it.
 */
export async function reshapeViews(executor: Executor): Promise<void> {
  const sources = await executor.rows<{ contract: SourceContract }>(
    `select c.document as contract from ops.source s
       join ops.contract c on c.source = s.code and c.version = s.version order by s.code`,
  );
  for (const { contract } of sources) await reshapeView(executor, contract).catch(() => undefined);
}

/** The statements that grant a view anew once it was dropped so that a column below it could be widened. */
async function grantsOf(executor: Executor, view: string): Promise<readonly string[]> {
  const dependents = await executor.rows<{ name: string }>(
    `select distinct d.refobjid::regclass::text as view, c.oid::regclass::text as name
       from pg_depend d
       join pg_rewrite r on r.oid = d.objid
       join pg_class c on c.oid = r.ev_class
      where d.refobjid = to_regclass($1) and c.oid <> d.refobjid`,
    [view],
  );
  if (dependents.length > 0) {
    throw new CanonryError(
      "DRIFT_BREAKING",
      `a column below ${view} must be widened, and ${dependents.map((one) => one.name).join(", ")} depend on it`,
    );
  }
  const grants = await executor.rows<{ grantee: string; privilege: string }>(
    `select grantee, privilege_type as privilege from information_schema.role_table_grants
      where table_schema = 'silver' and grantee <> current_user
        and to_regclass(format('silver.%I', table_name)) = to_regclass($1)
      order by 1, 2`,
    [view],
  );
  return grants.map(({ grantee, privilege }) => {
    const who = grantee === "PUBLIC" ? "public" : identifier(grantee);
    return `grant ${privilege} on ${view} to ${who}`;
  });
}
