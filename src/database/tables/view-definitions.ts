import type { SourceContract } from "../../model/manifest/manifest.ts";
import type { Database, Transaction } from "../database.ts";
import { liveShape, viewQueries } from "./shape-source.ts";
import { viewOrder } from "./source-table.ts";

/** A view that is not the one that its contract makes. */
export interface StrangeView {
  readonly view: string;
  /** The first line of its definition that is another, as the server prints it; null: it is no view, or ends before. */
  readonly line: string | null;
  /** What the contract makes of that line; null: nothing. */
  readonly expected: string | null;
}

/**
 * The views of a source that stand there with another definition than the contract in force makes over the
 * table. The server tells both: it is given the view once more, as a temporary one that is taken back. One
 * moment of the database is looked at, so a load that goes on meanwhile is seen whole or not at all.
 */
export function strangeViews(database: Database, source: string): Promise<readonly StrangeView[]> {
  return database.session(async (session) => {
    await session.rows("begin isolation level repeatable read");
    try {
      await session.rows("set local search_path = ''");
      return await compareViews(session, source);
    } finally {
      await session.rows("rollback").catch(() => undefined);
    }
  });
}

async function compareViews(session: Transaction, source: string): Promise<StrangeView[]> {
  const [row] = await session.rows<{ contract: SourceContract }>(
    `select c.document as contract from ops.source s
       join ops.contract c on c.source = s.code and c.version = s.version where s.code = $1`,
    [source],
  );
  const { columns, view } = await liveShape(session, source);
  if (row === undefined || columns === null) return [];
  const wanted = viewOrder(row.contract, columns, null);
  const kept = view?.filter((name) => wanted.includes(name)) ?? null;
  const order = viewOrder(row.contract, columns, kept);
  const found: StrangeView[] = [];
  for (const [at, { name, query }] of viewQueries(row.contract, columns, order).entries()) {
    const definition = await definitionOf(session, name);
    if (definition === undefined) continue;
    await session.rows(`create temporary view made_${at} as ${query}`);
    const made = await definitionOf(session, `pg_temp.made_${at}`);
    const strange = firstOther(definition, made ?? []);
    if (strange !== null) found.push({ view: name.replaceAll('"', ""), ...strange });
  }
  return found;
}

/** Lines of the definition; none of what is no view, undefined where nothing is called so. */
async function definitionOf(
  session: Transaction,
  name: string,
): Promise<readonly string[] | undefined> {
  const [row] = await session.rows<{ definition: string | null }>(
    `select case when relkind = 'v' then pg_get_viewdef(oid, true) end as definition
       from pg_class where oid = to_regclass($1)`,
    [name],
  );
  return row === undefined ? undefined : (row.definition?.split("\n") ?? []);
}

function firstOther(
  lines: readonly string[],
  expected: readonly string[],
): Omit<StrangeView, "view"> | null {
  const at = expected.findIndex((line, index) => line !== lines[index]);
  if (at === -1) return null;
  return { line: lines[at]?.trim() ?? null, expected: expected[at]?.trim() ?? null };
}
