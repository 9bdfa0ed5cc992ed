// The Parquet export of one source, start of the program included, beside `psql \copy` of its silver view to a CSV
// file, and beside pandas with pyarrow to Parquet. One JSON line; ratios are the time of the peer over ours.
//   node bench/export.mjs [million rows]
import { rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { COLUMNS, writeCsv } from "./support/csv.mjs";
import { psqlArgs, withHome } from "./support/home.mjs";
import { print, timed } from "./support/measure.mjs";
import { peer } from "./support/python.mjs";

const rows = Number(process.argv[2] ?? 1) * 1e6;
await withHome("big", async (home) => {
  await writeCsv(join(home.inbox, "big-2025-01.csv"), rows);
  home.run("backfill");
  rmSync(join(home.path, "data/exports"), { recursive: true });
  const ours = await timed(process.execPath, home.command("export", "--json"));
  const [report] = JSON.parse(ours.stdout);
  if (report?.status !== "written" || report.rows !== rows) throw new Error(ours.stdout);
  const view = `(select period, period_start, period_end, ${COLUMNS.join(", ")} from silver.big)`;
  const copied = async (format) => {
    const target = join(home.path, "rows.out");
    return timed("psql", [home.url, ...psqlArgs([`\\copy ${view} to '${target}' ${format}`])]);
  };
  const csv = await copied("csv header");
  const text = await copied("");
  const pandas = await peer("export", home.url, view, join(home.path, "pandas.parquet"));
  if (JSON.parse(pandas.stdout).rows !== rows) throw new Error(pandas.stdout);
  print({
    rows,
    export_seconds: ours.seconds,
    peak_mb: ours.peakMb,
    psql_csv_seconds: csv.seconds,
    psql_csv_ratio: csv.seconds / ours.seconds,
    psql_text_seconds: text.seconds,
    psql_text_ratio: text.seconds / ours.seconds,
    pandas_seconds: pandas.seconds,
    pandas_peak_mb: pandas.peakMb,
    pandas_ratio: pandas.seconds / ours.seconds,
  });
});
