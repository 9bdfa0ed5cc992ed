import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as applyMigrations } from "drizzle-orm/node-postgres/migrator";
import type pg from "pg";

/** Drizzle's migrator takes no lock of its own: two at once would both apply. */
export const MIGRATE_LOCK = "canonry.migrate";

/**
 * Brings `ops` to its newest shape and makes the schemas of the warehouse. Applied migrations are
 * recorded in ops.migration. Two at once: the second waits on an advisory lock. True if an older shape was
 * brought to the newest: views are still those of before.
 */
export async function migrate(client: pg.PoolClient, folder: string): Promise<boolean> {
  await client.query("select pg_advisory_lock(hashtextextended($1, 0))", [MIGRATE_LOCK]);
  try {
    await client.query("set client_min_messages = warning");
    await client.query("create schema if not exists bronze");
    await client.query("create schema if not exists silver");
    const before = await applied(client);
    await applyMigrations(drizzle(client), {
      migrationsFolder: folder,
      migrationsSchema: "ops",
      migrationsTable: "migration",
    });
    return before > 0 && (await applied(client)) > before;
  } finally {
    await client
      .query("select pg_advisory_unlock(hashtextextended($1, 0))", [MIGRATE_LOCK])
      .catch(() => undefined);
  }
}

/** Migrations that the database has. */
async function applied(client: pg.PoolClient): Promise<number> {
  const { rows } = await client.query("select to_regclass('ops.migration') is not null as here");
  if (rows[0]?.here !== true) return 0;
  const counted = await client.query("select count(*)::int as count from ops.migration");
  return counted.rows[0]?.count ?? 0;
}
