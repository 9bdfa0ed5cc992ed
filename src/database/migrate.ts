import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as applyMigrations } from "drizzle-orm/node-postgres/migrator";
import type pg from "pg";

/** Drizzle's migrator takes no lock of its own: two at once would both apply. */
export const MIGRATE_LOCK = "canonry.migrate";

/**
 * Brings `ops` to its newest shape and makes the schemas of the warehouse. Applied migrations are
 * recorded in ops.migration. Two at once: the second waits on an advisory lock.
 */
export async function migrate(client: pg.PoolClient, folder: string): Promise<void> {
  await client.query("select pg_advisory_lock(hashtextextended($1, 0))", [MIGRATE_LOCK]);
  try {
    await client.query("set client_min_messages = warning");
    await client.query("create schema if not exists bronze");
    await client.query("create schema if not exists silver");
    await applyMigrations(drizzle(client), {
      migrationsFolder: folder,
      migrationsSchema: "ops",
      migrationsTable: "migration",
    });
  } finally {
    await client
      .query("select pg_advisory_unlock(hashtextextended($1, 0))", [MIGRATE_LOCK])
      .catch(() => undefined);
  }
}
