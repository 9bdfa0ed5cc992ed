// Twelve periods of a real series of workbooks, from the start of the program to the last commit, beside pandas
// with openpyxl and COPY on the same server, which only puts every sheet as text into a table of its own. The
// folder holds one folder a period. One JSON line; `ratio` is the time of pandas over ours.
//   node bench/load-workbooks.mjs FOLDER
import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import { extname, join } from "node:path";
import process from "node:process";
import { folderOf, secondsToCommit, withHome } from "./support/home.mjs";
import { print, timed } from "./support/measure.mjs";
import { peer } from "./support/python.mjs";

const PERIODS = 12;
const folder = folderOf(process.argv[2]);
const files = readdirSync(folder)
  .sort()
  .flatMap((period) =>
    readdirSync(join(folder, period))
      .filter((file) => extname(file) === ".xlsx")
      .slice(0, 1)
      .map((file) => ({ period, path: join(folder, period, file) })),
  )
  .slice(-PERIODS);
if (files.length < PERIODS)
  throw new Error(`${folder} holds ${files.length} of ${PERIODS} periods`);

await withHome("series", async (home) => {
  for (const { period, path } of files) {
    mkdirSync(join(home.inbox, period));
    copyFileSync(path, join(home.inbox, period, "workbook.xlsx"));
  }
  const ours = await timed(process.execPath, home.command("backfill"));
  const { releases } = JSON.parse(home.run("status", "--json"));
  const loaded = releases.filter((one) => one.rows_data > 0);
  if (new Set(loaded.map((one) => one.period)).size < PERIODS)
    throw new Error(`${loaded.length} of ${PERIODS} periods were loaded`);
  const load = secondsToCommit(home, ours.startedAt);
  const pandas = await peer("workbooks", home.url, ...files.map(({ path }) => path));
  print({
    periods: files.length,
    rows: loaded.reduce((sum, one) => sum + one.rows_data, 0),
    load_seconds: load,
    whole_seconds: ours.seconds,
    peak_mb: ours.peakMb,
    pandas_rows: JSON.parse(pandas.stdout).rows,
    pandas_seconds: pandas.seconds,
    ratio: pandas.seconds / load,
  });
});
