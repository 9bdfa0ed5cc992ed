// How fast a clean CSV gets from file to a committed load with its ledger, beside `psql \copy` of the same
// file into a table of the same columns on the same server. Prints one JSON line a size: `load_seconds` from the
// start of the program to the commit, `whole_seconds` with exports and state.
//   node bench/load-csv.mjs [million rows ...]
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const COLUMNS = [
  ["id", "bigint"],
  ["day", "date"],
  ["org_code", "text"],
  ["org_name", "text"],
  ["region", "text"],
  ["category", "text"],
  ["attendances", "bigint"],
  ["admissions", "bigint"],
  ["waits_over_4h", "bigint"],
  ["mean_wait", "numeric"],
  ["rate", "numeric"],
  ["comment_code", "text"],
];

async function writeCsv(path, rows) {
  const out = createWriteStream(path);
  let piece = `${COLUMNS.map(([name]) => name).join(",")}\n`;
  let state = 12345;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state;
  };
  for (let id = 1; id <= rows; id++) {
    const org = next() % 400;
    const day = `2025-${String((next() % 12) + 1).padStart(2, "0")}-${String((next() % 28) + 1).padStart(2, "0")}`;
    piece += `${id},${day},R${String(org).padStart(4, "0")},Organisation ${org} NHS Trust,Region ${org % 7},Category ${next() % 30},${next() % 5000},${next() % 900},${next() % 400},${(next() % 90000) / 100},${(next() % 100000) / 1000},C${next() % 50}\n`;
    if (piece.length > 1 << 20) {
      if (!out.write(piece)) await once(out, "drain");
      piece = "";
    }
  }
  out.end(piece);
  await once(out, "close");
}

/** Runs a program to its end; seconds, and the peak resident memory of the process itself in MB. */
function timed(command, args) {
  return new Promise((resolve, reject) => {
    const startedAt = process.hrtime.bigint();
    const child = spawn("/usr/bin/time", ["-f", "%M", command, ...args], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
      if (code !== 0) reject(new Error(stderr));
      else
        resolve({ seconds, peakMb: Math.round(Number(stderr.trim().split("\n").at(-1)) / 1024) });
    });
  });
}

const round = (value) => Number(value.toFixed(2));

/** When the release was committed, by the event log of its run (ms). */
function committedAt(home) {
  const root = join(home, "data/logs/events");
  const lines = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8").trim().split("\n"))
    .map((line) => JSON.parse(line));
  return Date.parse(lines.find((line) => line.event === "release.finished").at);
}

for (const million of process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1]) {
  const home = mkdtempSync(join(tmpdir(), "canonry-bench-"));
  chmodSync(home, 0o755);
  const run = (...args) =>
    execFileSync(process.execPath, [MAIN, "--home", home, ...args], { encoding: "utf8" });
  try {
    mkdirSync(join(home, "config"));
    mkdirSync(join(home, "inbox"));
    writeFileSync(
      join(home, "config/publications.yaml"),
      "publications:\n  big:\n    name: Big\n    folder: inbox\n",
    );
    const url = run("db", "start").trim();
    const csv = join(home, "inbox/big-2025-01.csv");
    await writeCsv(csv, million * 1e6);
    const define = COLUMNS.map(([name, type]) => `${name} ${type}`).join(", ");
    const psql = await timed("psql", [
      url,
      "-q",
      "-c",
      `create table plain (${define})`,
      "-c",
      `\\copy plain from '${csv}' csv header`,
    ]);
    const startedAt = Date.now();
    const whole = await timed(process.execPath, [MAIN, "--home", home, "backfill"]);
    const load = (committedAt(home) - startedAt) / 1000;
    const loaded = JSON.parse(run("status", "--json")).releases[0]?.rows_data;
    if (loaded !== million * 1e6) throw new Error(`${loaded} rows were loaded`);
    process.stdout.write(
      `${JSON.stringify({
        rows: million * 1e6,
        bytes: statSync(csv).size,
        psql_seconds: round(psql.seconds),
        load_seconds: round(load),
        load_ratio: round(psql.seconds / load),
        whole_seconds: round(whole.seconds),
        peak_mb: whole.peakMb,
      })}\n`,
    );
  } finally {
    run("db", "stop");
    rmSync(home, { recursive: true, force: true });
  }
}
