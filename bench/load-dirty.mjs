// The CSV of load-csv.mjs with what has to be cleaned (marks, padded text, thousands separators, dates in UK
// order), from the start of the program to the commit, beside pandas with the cleaning written by hand and COPY,
// on the same server. One JSON line; ratios are the time of the peer over ours.
//   node bench/load-dirty.mjs [million rows]
import { join } from "node:path";
import process from "node:process";
import { writeCsv } from "./support/csv.mjs";
import { psql, secondsToCommit, withHome } from "./support/home.mjs";
import { print, timed } from "./support/measure.mjs";
import { peer } from "./support/python.mjs";

const rows = Number(process.argv[2] ?? 1) * 1e6;
const SUMS =
  "count(*), count(attendances), sum(attendances), sum(admissions), sum(mean_wait)::numeric(20,2), min(day), max(day)";
await withHome("dirty", async (home) => {
  const csv = join(home.inbox, "dirty-2025-01.csv");
  await writeCsv(csv, rows, { dirty: true });
  const ours = await timed(process.execPath, home.command("backfill"));
  const load = secondsToCommit(home, ours.startedAt);
  const pandas = await peer("pandas_dirty", home.url, csv);
  const sums = ["silver.dirty", "by_pandas"].map((table) =>
    psql(home, `select ${SUMS} from ${table}`),
  );
  if (sums[0] !== sums[1]) throw new Error(`not the same was loaded: ${sums.join(" ")}`);
  print({
    rows,
    load_seconds: load,
    peak_mb: ours.peakMb,
    pandas_seconds: pandas.seconds,
    pandas_peak_mb: pandas.peakMb,
    pandas_ratio: pandas.seconds / load,
  });
});
