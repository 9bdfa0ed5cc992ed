import { randomBytes } from "node:crypto";
import { Database } from "../database.ts";
import { identifier } from "../identifier.ts";

const PREFIX = "canonry_proof_";

/**
 * Lends an empty database on the same server and drops it, whatever happens. What a killed process left is
 * dropped by the next. Throws DATABASE_DENIED where the user may make none.
 */
export async function withScratchDatabase<Result>(
  database: Database,
  migrations: string,
  work: (scratch: Database) => Promise<Result>,
): Promise<Result> {
  await dropLeftovers(database);
  // The server's clock: leftovers are told from what was made a moment ago by their names.
  const [made] = await database.rows<{ name: string }>(
    "select concat($1::text, extract(epoch from now())::bigint, '_', $2::text) as name",
    [PREFIX, randomBytes(6).toString("hex")],
  );
  const name = made?.name ?? PREFIX;
  const plain = "template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'";
  await database.rows(`create database ${identifier(name)} ${plain}`);
  const url = new URL(database.url);
  url.pathname = `/${name}`;
  const scratch = new Database({ url: url.href, migrations, poolSize: 4 });
  try {
    return await scratch.inTurn("canonry.scratch", () => work(scratch));
  } finally {
    await scratch.close().catch(() => undefined);
    await database.rows(`drop database if exists ${identifier(name)} with (force)`);
  }
}

/** Those that nobody has been connected to for a while. Of two that look at once the second finds it gone. */
async function dropLeftovers(database: Database): Promise<void> {
  const left = await database.rows<{ name: string }>(
    `select datname as name from pg_database d
      where datname ~ ('^' || $1 || '[0-9]+_') and pg_has_role(datdba, 'usage')
        and not exists (select 1 from pg_stat_activity a where a.datname = d.datname)
        and split_part(datname, '_', 3)::bigint < extract(epoch from now()) - 60`,
    [PREFIX],
  );
  for (const { name } of left) await database.rows(`drop database if exists ${identifier(name)}`);
}
