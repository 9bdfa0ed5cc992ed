// The backfill that has nothing to do: 500 releases, the program's own time (its report's duration) and the
// whole with start-up of process and database. Prints one JSON line.
//   node bench/no-op.mjs [releases]
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const RELEASES = Number(process.argv[2] ?? 500);
const home = mkdtempSync(join(tmpdir(), "canonry-bench-"));
chmodSync(home, 0o755);
const run = (...args) =>
  execFileSync(process.execPath, [MAIN, "--home", home, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
try {
  mkdirSync(join(home, "config"));
  mkdirSync(join(home, "inbox"));
  writeFileSync(
    join(home, "config/publications.yaml"),
    "publications:\n  counts:\n    name: Counts\n    folder: inbox\n",
  );
  for (let at = 0; at < RELEASES; at++) {
    const period = `${1980 + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}`;
    writeFileSync(
      join(home, `inbox/counts-${period}.csv`),
      `Code,Name,Number\n001,North,${at}\n002,South,${at * 2}\n`,
    );
  }
  run("db", "start");
  const first = JSON.parse(run("backfill", "--json"));
  const startedAt = process.hrtime.bigint();
  const second = JSON.parse(run("backfill", "--json"));
  const whole = Number(process.hrtime.bigint() - startedAt) / 1e9;
  if (second.releases.some((one) => one.status !== "unchanged"))
    throw new Error("something was done");
  process.stdout.write(
    `${JSON.stringify({
      releases: second.releases.length,
      first_seconds: first.duration_ms / 1000,
      no_op_seconds: second.duration_ms / 1000,
      whole_seconds: Number(whole.toFixed(2)),
    })}\n`,
  );
} finally {
  run("db", "stop");
  rmSync(home, { recursive: true, force: true });
}
