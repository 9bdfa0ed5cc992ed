import { CanonryError } from "../model/errors.ts";
import type { SourceContract } from "../model/manifest.ts";
import type { Executor } from "./database.ts";
import { identifier } from "./identifier.ts";
import {
  bronzeTable,
  changeSql,
  columnsAfter,
  commentSql,
  planTable,
  silverView,
  type TableColumn,
  viewSql,
} from "./source-table.ts";
import { vintagesCommentSql, vintagesSql, vintagesView } from "./vintages-view.ts";

/** The columns of a bronze table as it stands, in order; null if there is none. */
async function liveColumns(
  executor: Executor,
  source: string,
): Promise<readonly TableColumn[] | null> {
  const rows = await executor.rows<TableColumn>(
    `select column_name as name, data_type as type from information_schema.columns
      where table_schema = 'bronze' and table_name = $1 order by ordinal_position`,
    [source],
  );
  return rows.length === 0 ? null : rows;
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
  /** Columns of the table afterwards. */
  readonly columns: readonly TableColumn[];
}

/**
 * The statements that bring table and views of a source to its contract, given the table as it stands, or as
 * `columns` say that it will. Reads only. A view that others depend on is never dropped: DRIFT_BREAKING
 * names them.
 */
export async function planShape(
  executor: Executor,
  contract: SourceContract,
  commentsToo: boolean,
  forecast?: readonly TableColumn[],
): Promise<Shape> {
  const before = forecast ?? (await liveColumns(executor, contract.code));
  const changes = planTable(contract, before);
  const columns = changes.reduce(columnsAfter, before ?? []);
  const isWhole = forecast !== undefined || (await hasVintages(executor, contract.code));
  if (changes.length === 0 && !commentsToo && isWhole) return { statements: [], columns };
  const widens = changes.some((change) => change.kind === "widen");
  const views = [silverView(contract.code), vintagesView(contract.code)];
  const grants: string[] = [];
  for (const view of widens ? views : []) grants.push(...(await grantsOf(executor, view)));
  const statements = [
    ...(widens ? views.map((view) => `drop view if exists ${view}`) : []),
    ...changes.flatMap((change) => changeSql(bronzeTable(contract.code), change)),
    ...viewsSql(contract, columns),
    ...grants,
    ...commentsSql(contract, columns),
  ];
  return { statements, columns };
}

const viewsSql = (contract: SourceContract, columns: readonly TableColumn[]): readonly string[] => [
  viewSql(contract, columns),
  vintagesSql(contract, columns),
];

const commentsSql = (
  contract: SourceContract,
  columns: readonly TableColumn[],
): readonly string[] => [...commentSql(contract, columns), ...vintagesCommentSql(contract)];

/** Does what `planShape` says, inside the load's transaction. Gives the statements that were run. */
export async function shapeSource(
  executor: Executor,
  contract: SourceContract,
  commentsToo: boolean,
): Promise<readonly string[]> {
  const { statements } = await planShape(executor, contract, commentsToo);
  for (const statement of statements) await executor.rows(statement);
  return statements;
}

/** Brings views and comments to the contract over the table as it stands; nothing where there is none. */
export async function reshapeView(executor: Executor, contract: SourceContract): Promise<void> {
  const columns = await liveColumns(executor, contract.code);
  if (columns === null) return;
  const statements = [...viewsSql(contract, columns), ...commentsSql(contract, columns)];
  for (const statement of statements) await executor.rows(statement);
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
