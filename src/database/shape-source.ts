import { CanonryError } from "../model/errors.ts";
import type { SourceContract } from "../model/manifest.ts";
import type { Executor } from "./database.ts";
import { identifier } from "./identifier.ts";
import {
  changeSql,
  commentSql,
  planTable,
  silverView,
  type TableChange,
  type TableColumn,
  viewSql,
} from "./source-table.ts";

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

/**
 * Brings table and view of a source to its contract, inside the load's transaction. Gives the changes
 * that were made. A view that others depend on is never dropped: DRIFT_BREAKING names them.
 */
export async function shapeSource(
  executor: Executor,
  contract: SourceContract,
  commentsToo: boolean,
): Promise<readonly TableChange[]> {
  const before = await liveColumns(executor, contract.code);
  const changes = planTable(contract, before);
  const widens = changes.some((change) => change.kind === "widen");
  const grants = widens ? await dropView(executor, contract.code) : [];
  for (const change of changes) {
    for (const statement of changeSql(contract.code, change)) await executor.rows(statement);
  }
  if (changes.length === 0 && !commentsToo) return changes;
  await reshapeView(executor, contract);
  for (const grant of grants) await executor.rows(grant);
  return changes;
}

/** Brings view and comments to the contract over the table as it stands; nothing where there is none. */
export async function reshapeView(executor: Executor, contract: SourceContract): Promise<void> {
  const columns = await liveColumns(executor, contract.code);
  if (columns === null) return;
  await executor.rows(viewSql(contract, columns));
  for (const statement of commentSql(contract, columns)) await executor.rows(statement);
}

/** Drops the view so that a column below it can be widened, and gives the statements that grant it anew. */
async function dropView(executor: Executor, source: string): Promise<readonly string[]> {
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
      where table_schema = 'silver' and table_name = $1 and grantee <> current_user`,
    [source],
  );
  await executor.rows(`drop view if exists ${silverView(source)}`);
  return grants.map(({ grantee, privilege }) => {
    const who = grantee === "PUBLIC" ? "public" : identifier(grantee);
    return `grant ${privilege} on ${silverView(source)} to ${who}`;
  });
}
