// Runs a backfill of the home in CANONRY_HOME whose connections the server cuts in the middle of the first
// COPY; prints the report.
import process from "node:process";
import pg from "pg";
import { backfill } from "../../dist/pipeline/backfill.js";
import { EVERYTHING } from "../../dist/pipeline/release/backfill-options.js";
import { openWorld } from "../../dist/pipeline/world.js";

const world = await openWorld({
  env: process.env,
  cwd: process.cwd(),
  signal: new AbortController().signal,
  flags: {},
});
const { database } = world;
const transaction = database.transaction.bind(database);
let cut = false;
database.transaction = (work) =>
  transaction((open) =>
    work({
      rows: (sql, values) => open.rows(sql, values),
      copyIn: async (table, columns, lines) => {
        const interrupted = async function* () {
          for await (const line of lines) {
            if (!cut) {
              cut = true;
              const client = new pg.Client({ connectionString: database.url });
              await client.connect();
              await client.query(
                "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()",
              );
              await client.end();
            }
            yield line;
          }
        };
        return open.copyIn(table, columns, interrupted());
      },
    }),
  );
const report = await backfill(world, {
  ...EVERYTHING,
  concurrency: 1,
  watch: { emit: () => {}, flush: async () => {} },
});
process.stdout.write(JSON.stringify(report));
await world.close();
