import { createHash } from "node:crypto";
import type { BackupStore } from "../../data-layer/stores/backup-store.ts";
import { partSql } from "../../database/backup/backup-reading.ts";
import { restoreBackup } from "../../database/backup/restore-backup.ts";
import { inSnapshot } from "../../database/backup/snapshot.ts";
import type { Database, Session } from "../../database/database.ts";
import { withScratchDatabase } from "../../database/server/scratch-database.ts";
import { schemaSql } from "../../database/tables/schema-sql.ts";
import { CanonryError } from "../../model/errors.ts";
import type {
  Inventory,
  PartToRead,
  TableInBackup,
  TablePart,
} from "../../model/storage/backup.ts";
import { databaseToRestore, scriptOf } from "./restore.ts";
import { AFTER, BEFORE } from "./scripts.ts";

export interface ProofNeeds {
  readonly database: Database;
  readonly store: BackupStore;
  /** Folder of the migrations of this program. */
  readonly migrations: string;
  /** What the ledger says against what the tables hold: differences in words. */
  check(scratch: Database): Promise<readonly string[]>;
}

/**
 * Restores a backup into a scratch database and compares: what COPY prints of each part, byte for byte, the
 * schema as SQL, and then the ledger with its tables. The scratch database is dropped, whatever happens.
 */
export async function prove(needs: ProofNeeds, inventory: Inventory): Promise<readonly string[]> {
  const { database, store, migrations } = needs;
  return withScratchDatabase(database, migrations, async (scratch) => {
    try {
      await restoreBackup(scratch, await databaseToRestore(store, inventory, []));
    } catch (error) {
      if (!(error instanceof CanonryError && error.code === "BACKUP_DAMAGED")) throw error;
      return [error.message];
    }
    const differences = await inSnapshot(scratch, 1, async ({ leader, readers: [reader] }) => [
      ...(await schemaDifferences(leader, store, inventory)),
      ...(await rowDifferences(reader ?? leader, inventory)),
    ]);
    await scratch.ready();
    return [...differences, ...(await needs.check(scratch))];
  });
}

async function schemaDifferences(
  session: Session,
  store: BackupStore,
  inventory: Inventory,
): Promise<readonly string[]> {
  const schema = await schemaSql(session);
  const pairs = [
    [BEFORE, schema.before],
    [AFTER, schema.after],
  ] as const;
  const differences: string[] = [];
  for (const [name, restored] of pairs) {
    const [was, is] = [await scriptOf(store, inventory, name), restored].map((text) =>
      text.split("\n"),
    );
    const at = (was ?? []).findIndex((line, index) => line !== is?.[index]);
    if (at === -1 && was?.length === is?.length) continue;
    differences.push(`${name}: "${was?.[at] ?? ""}" came back as "${is?.[at] ?? ""}"`);
  }
  return differences;
}

/** Parts of a backup, of those that are `asked` for, that do not stand in a database as they were read. */
export async function rowDifferences(
  session: Session,
  inventory: Inventory,
  asked: (table: TableInBackup, part: TablePart) => boolean = () => true,
): Promise<readonly string[]> {
  const differences: string[] = [];
  for (const table of inventory.tables) {
    const key = keyOf(await session.rows<{ name: string }>(KEY_SQL, [table.schema, table.name]));
    for (const part of table.parts.filter((one) => asked(table, one))) {
      const hash = createHash("sha256");
      let rows = 0;
      const sql = partSql({ ...table, key }, part.columns, choiceOf(table, part));
      for await (const chunk of session.copyOut(sql, (counted) => {
        rows = counted;
      })) {
        hash.update(chunk);
      }
      if (rows === part.rows && hash.digest("hex") === part.text_sha256) continue;
      differences.push(`${table.schema}.${table.name}: rows of ${part.sha256} are others now`);
    }
  }
  return differences;
}

const KEY_SQL = `select a.attname as name from pg_index i
  cross join unnest(i.indkey::int2[]) with ordinality k (attnum, place)
  join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
 where i.indisprimary and i.indrelid = to_regclass(format('%I.%I', $1::text, $2::text)) order by k.place`;

const keyOf = (rows: readonly { readonly name: string }[]): readonly string[] =>
  rows.map((row) => row.name);

/** The rows of a part: those of its loads; where it holds more, those of no other part. */
function choiceOf(table: TableInBackup, part: TablePart): PartToRead["choice"] {
  if (part.loads === null || table.parts.length === 1) return "all";
  const own = part.loads.map((load) => load.load_id);
  const rows = part.loads.reduce((sum, load) => sum + load.rows, 0);
  if (rows === part.rows) return { only: own };
  const others = table.parts.filter((one) => one !== part).flatMap((one) => one.loads ?? []);
  return { without: others.map((load) => load.load_id) };
}
