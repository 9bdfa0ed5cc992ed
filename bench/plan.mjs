// A plan and its apply beside the backfill that they take the place of: one CSV of N thousand rows with a mark
// in it, so that no byte goes past the encoder. Prints one JSON line; the ratios are over the backfill.
//   node bench/plan.mjs [thousand rows]
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const ROWS = Number(process.argv[2] ?? 200) * 1000;

function inHome(work) {
  const home = mkdtempSync(join(tmpdir(), "canonry-bench-"));
  chmodSync(home, 0o755);
  const run = (...args) => {
    const startedAt = process.hrtime.bigint();
    execFileSync(process.execPath, [MAIN, "--home", home, ...args], { encoding: "utf8" });
    return Number(process.hrtime.bigint() - startedAt) / 1e9;
  };
  mkdirSync(join(home, "config"));
  mkdirSync(join(home, "inbox"));
  writeFileSync(
    join(home, "config/publications.yaml"),
    "publications:\n  counts:\n    name: Counts\n    folder: inbox\n",
  );
  const lines = Array.from(
    { length: ROWS },
    (_none, at) => `C${at},Place ${at % 977},${at % 50 === 7 ? "*" : at % 1009},${at * 3}`,
  );
  writeFileSync(
    join(home, "inbox/counts-2025-01.csv"),
    `Code,Place,Calls,Visits\n${lines.join("\n")}\n`,
  );
  try {
    run("db", "start");
    return work(run, join(home, "plan.json"));
  } finally {
    run("db", "stop");
    rmSync(home, { recursive: true, force: true });
  }
}

const backfill = inHome((run) => run("backfill"));
const [plan, apply] = inHome((run, file) => [run("plan", "--out", file), run("apply", file)]);
const ratio = (seconds) => Number((seconds / backfill).toFixed(2));
process.stdout.write(
  `${JSON.stringify({ rows: ROWS, backfill_seconds: Number(backfill.toFixed(2)), plan: ratio(plan), apply: ratio(apply) })}\n`,
);
