// How fast a clean CSV of about 120 MB is seen (encoding, dialect, tables, types and sums over every row), beside
// DuckDB's read_csv of the same file into a table in memory, each in a process of its own, in one run. Prints one
// JSON line a reader; `ratio` is to DuckDB.
//   node bench/read-csv.mjs [million rows]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const SELF = fileURLToPath(import.meta.url);
const COLUMNS =
  "day,org_code,org_name,region,category,seen,admitted,waiting,mean_wait,rate,share,comment_code";

async function writeCsv(path, rows) {
  const out = createWriteStream(path);
  let piece = `${COLUMNS}\n`;
  let state = 12345;
  const next = (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state % below;
  };
  const two = (value) => String(value).padStart(2, "0");
  for (let at = 0; at < rows; at++) {
    const org = next(400);
    piece += `2025-${two(next(12) + 1)}-${two(next(28) + 1)},R${1000 + org},Organisation ${org} NHS Trust,Region ${org % 7},Category ${next(30)},${next(5000)},${next(900)},${next(400)},${next(90_000) / 100},${next(100_000) / 1000},${next(1000) / 10},C${next(50)}\n`;
    if (piece.length < 1 << 20) continue;
    if (!out.write(piece)) await once(out, "drain");
    piece = "";
  }
  out.end(piece);
  await once(out, "close");
}

/** Each gives the number of rows. */
const READERS = {
  "DuckDB read_csv": async (path) => {
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const connection = await (await DuckDBInstance.create()).connect();
    await connection.run(`create table big as select * from read_csv('${path}')`);
    const result = await connection.runAndReadAll("select count(*) from big");
    return Number(result.getRows()[0][0]);
  },
  "canonry inspect": async (path) => {
    const { inspectFile } = await import("../dist/inquiry/inspect/index.js");
    const seen = await inspectFile(path, "/");
    return seen.sheets[0].tables[0].n_rows;
  },
};

async function measured(name, path) {
  const child = spawn(process.execPath, [SELF, "--read", name, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  for await (const chunk of child.stdout) text += chunk;
  return JSON.parse(text);
}

if (process.argv[2] === "--read") {
  const [, , , name, path] = process.argv;
  const startedAt = process.hrtime.bigint();
  const rows = await READERS[name](path);
  const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(JSON.stringify({ rows, seconds, peakMb }));
} else {
  const rows = Number(process.argv[2] ?? 1.2) * 1e6;
  const folder = mkdtempSync(join(tmpdir(), "canonry-bench-"));
  try {
    const path = join(folder, "big.csv");
    await writeCsv(path, rows);
    let duck = null;
    for (const name of Object.keys(READERS)) {
      const { rows: read, seconds, peakMb } = await measured(name, path);
      if (read !== rows) throw new Error(`${name} read ${read} rows`);
      duck ??= seconds;
      const megabytes = Math.round(statSync(path).size / 1e6);
      process.stdout.write(
        `${JSON.stringify({ reader: name, megabytes, seconds: Number(seconds.toFixed(2)), peak_mb: peakMb, ratio: Number((seconds / duck).toFixed(2)) })}\n`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
