// How fast a clean CSV gets from file to a committed, proven load. Beside it, on the same server and as durable:
// `psql \copy` of the same file into a table of the same columns, system columns, types and index, made in the
// transaction that fills it; and, for the first size, pandas with COPY and dlt. One JSON line a size; ratios are
// the time of the peer over ours. `copy` is the COPY statement alone, as the server timed it, `load` from the
// start of the program to the commit. The second line and any other says how the time grew beside psql's.
//   node bench/load-csv.mjs [million rows ...]
import { join } from "node:path";
import process from "node:process";
import { COLUMNS, writeCsv } from "./support/csv.mjs";
import {
  noteStatements,
  psql,
  psqlArgs,
  secondsToCommit,
  statementSeconds,
  withHome,
} from "./support/home.mjs";
import { print, timed } from "./support/measure.mjs";
import { peer } from "./support/python.mjs";

/** `psql \copy` into a table like the one that the load made; the system columns get constants. */
async function copied(home, csv) {
  const names = COLUMNS.join(", ");
  psql(
    home,
    "create table like_bronze (like bronze.big including indexes)",
    ...["_load_id set default 1", "_part set default 1", "_row set default 1"].map(
      (change) => `alter table like_bronze alter ${change}`,
    ),
    "alter table like_bronze alter _kind set default 'data'",
  );
  const done = await timed("psql", [
    home.url,
    "-1",
    ...psqlArgs([
      "create table same (like like_bronze including defaults including indexes)",
      `\\copy same (${names}) from '${csv}' csv header`,
    ]),
  ]);
  const copy = statementSeconds(home, "copy  same");
  psql(home, "drop table same, like_bronze");
  return { seconds: done.seconds, copy };
}

async function peersOf(home, csv, rows, load) {
  const figures = {};
  for (const name of ["pandas_clean", "dlt_arrow", "dlt_rows"]) {
    const { seconds, stdout } = await peer(name, home.url, csv);
    if (JSON.parse(stdout).rows !== rows) throw new Error(`${name} loaded ${stdout}`);
    figures[`${name}_seconds`] = seconds;
    figures[`${name}_ratio`] = seconds / load;
  }
  return figures;
}

let first = null;
for (const million of process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1]) {
  const rows = million * 1e6;
  await withHome("big", async (home) => {
    noteStatements(home);
    const csv = join(home.inbox, "big-2025-01.csv");
    await writeCsv(csv, rows);
    const whole = await timed(process.execPath, home.command("backfill"));
    const load = secondsToCommit(home, whole.startedAt);
    const copy = statementSeconds(home, 'copy bronze."big"');
    const loaded = JSON.parse(home.run("status", "--json")).releases[0]?.rows_data;
    if (loaded !== rows) throw new Error(`${loaded} rows were loaded`);
    const beside = await copied(home, csv);
    const growth = first && load / first.load / (beside.seconds / first.psql);
    print({
      rows,
      psql_seconds: beside.seconds,
      psql_copy_seconds: beside.copy,
      copy_seconds: copy,
      copy_ratio: beside.copy / copy,
      load_seconds: load,
      load_ratio: beside.seconds / load,
      whole_seconds: whole.seconds,
      peak_mb: whole.peakMb,
      ...(first === null ? await peersOf(home, csv, rows, load) : { growth_beside_psql: growth }),
    });
    first ??= { load, psql: beside.seconds };
  });
}
