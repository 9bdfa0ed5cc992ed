// A home of its own, with a server of its own that runs from the first line to the last, or an external one.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

export const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** Lends a home with one publication `code`, read from its folder `inbox`, and removes it. */
export async function withHome(code, work, databaseUrl = null) {
  const path = mkdtempSync(join(tmpdir(), "canonry-bench-"));
  chmodSync(path, 0o755);
  mkdirSync(join(path, "config"));
  mkdirSync(join(path, "inbox"));
  const yaml = `publications:\n  ${code}:\n    name: Benchmark\n    folder: inbox\n`;
  writeFileSync(join(path, "config/publications.yaml"), yaml);
  const server = databaseUrl === null ? [] : ["--database-url", databaseUrl];
  const command = (...args) => [MAIN, "--home", path, ...server, ...args];
  const run = (...args) =>
    execFileSync(process.execPath, command(...args), { encoding: "utf8", maxBuffer: 1 << 28 });
  const home = { path, inbox: join(path, "inbox"), command, run, url: run("db", "start").trim() };
  try {
    return await work(home);
  } finally {
    if (databaseUrl === null) run("db", "stop");
    rmSync(path, { recursive: true, force: true });
  }
}

/** Seconds between a moment (ms) and the commit of the one release, by the event log of its run. */
export function secondsToCommit(home, startedAt) {
  const root = join(home.path, "data/logs/events");
  const events = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8").trim().split("\n"))
    .map((line) => JSON.parse(line));
  const loaded = events.findLast((event) => event.event === "source.loaded");
  return (Date.parse(loaded.at) - startedAt) / 1000;
}

/** From now on the server notes how long each statement took. */
export function noteStatements(home) {
  psql(home, "alter system set log_min_duration_statement = 0", "select pg_reload_conf()");
}

/** Seconds of the last statement that the server noted and that begins so. */
export function statementSeconds(home, beginning) {
  const log = readFileSync(join(home.path, "data/database/data/server.log"), "utf8");
  const noted = log.split("\n").flatMap((line) => {
    const found = /duration: ([\d.]+) ms {2}(?:statement|execute [^:]*): (.*)$/.exec(line);
    return found?.[2].trim().toLowerCase().startsWith(beginning) ? [Number(found[1]) / 1000] : [];
  });
  if (noted.length === 0) throw new Error(`the server ran no ${beginning}`);
  return noted.at(-1);
}

/** What psql prints of statements, run one after the other. */
export function psql(home, ...statements) {
  return execFileSync("psql", [home.url, ...psqlArgs(statements)], { encoding: "utf8" });
}

/** Arguments of psql behind the address: quiet, an error ends it. */
export const psqlArgs = (statements) => [
  ...["-qAt", "-v", "ON_ERROR_STOP=1"],
  ...statements.flatMap((statement) => ["-c", statement]),
];

/** A folder that must be there: a benchmark that finds nothing to do has failed. */
export function folderOf(path) {
  if (path === undefined || !existsSync(path)) throw new Error(`no folder at ${path}`);
  return path;
}
