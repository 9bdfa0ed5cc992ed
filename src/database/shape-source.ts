import { CanonryError } from "../model/errors.ts";
import type { SourceContract } from "../model/manifest.ts";
import type { Executor } from "./database.ts";
import { identifier } from "./identifier.ts";
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
  viewSql,
} from "./source-table.ts";

/** Table and view of a source. */
export interface ShapeOf {
  /** Columns of the table, in order; null if there is none. */
  readonly columns: readonly TableColumn[] | null;
  /** Names of the columns of the view, in order; null if there is none. */
  readonly view: readonly string[] | null;
}

async function liveShape(executor: Executor, source: string): Promise<ShapeOf> {
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

/** What has to be done so that the table and the view of a source are as its contract asks. */
export interface Shape {
  readonly statements: readonly string[];
  /** As they are afterwards. */
  readonly shape: ShapeOf & { readonly columns: readonly TableColumn[] };
  /** Columns of the table before, where values that it holds change their type; else null. */
  readonly widened: readonly TableColumn[] | null;
}

/**
 * The statements that bring table and view of a source to its contract, given the table as it stands, or as
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
  const whole = view.length === before.view?.length;
  if (changes.length === 0 && whole && !commentsToo)
    return { statements: [], shape, widened: null };
  const widens = changes.some((change) => change.kind === "widen");
  const grants = widens ? await grantsOf(executor, contract.code) : [];
  const statements = [
    ...(widens ? [`drop view if exists ${silverView(contract.code)}`] : []),
    ...changes.flatMap((change) => changeSql(bronzeTable(contract.code), change)),
    viewSql(contract, columns, view),
    ...grants,
    ...commentSql(contract, columns),
  ];
  return { statements, shape, widened: widens ? before.columns : null };
}

/**
 * Does what `planShape` says, inside the load's transaction. Gives what was done. Where a column is widened,
 * the digests of the loads that stand in the table are proven before, and taken anew.
 */
export async function shapeSource(
  executor: Executor,
  contract: SourceContract,
  commentsToo: boolean,
): Promise<Shape> {
  const planned = await planShape(executor, contract, commentsToo);
  const { statements, shape, widened } = planned;
  if (widened !== null) await proveLoads(executor, contract.code, widened);
  for (const statement of statements) await executor.rows(statement);
  if (widened !== null) await retakeDigests(executor, contract.code, shape.columns);
  return planned;
}

/** Brings view and comments to the contract over the table as it stands; nothing where there is none. */
export async function reshapeView(executor: Executor, contract: SourceContract): Promise<void> {
  const { columns, view } = await liveShape(executor, contract.code);
  if (columns === null) return;
  await executor.rows(viewSql(contract, columns, viewOrder(contract, columns, view)));
  for (const statement of commentSql(contract, columns)) await executor.rows(statement);
}

/** The statements that grant a view anew once it was dropped so that a column below it could be widened. */
async function grantsOf(executor: Executor, source: string): Promise<readonly string[]> {
  const dependents = await executor.rows<{ name: string }>(
    `select distinct d.refobjid::regclass::text as view, c.oid::regclass::text as name
       from pg_depend d
       join pg_rewrite r on r.oid = d.objid
       join pg_class c on c.oid = r.ev_class
      where d.refobjid = to_regclass($1) and c.oid <> d.refobjid`,
    [silverView(source)],
  );
  if (dependents.length > 0) {
    throw new CanonryError(
      "DRIFT_BREAKING",
      `a column of ${source} must be widened, and ${dependents.map((one) => one.name).join(", ")} depend on its view`,
    );
  }
  const grants = await executor.rows<{ grantee: string; privilege: string }>(
    `select grantee, privilege_type as privilege from information_schema.role_table_grants
      where table_schema = 'silver' and table_name = $1 and grantee <> current_user
      order by 1, 2`,
    [source],
  );
  return grants.map(({ grantee, privilege }) => {
    const who = grantee === "PUBLIC" ? "public" : identifier(grantee);
    return `grant ${privilege} on ${silverView(source)} to ${who}`;
  });
}
