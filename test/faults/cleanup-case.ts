import { cp, readFile, utimes } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type Home, MAIN, makeHome, PROJECT, type Ran } from "../support/home.ts";
import { rowsAt } from "../support/rows-at.ts";
import { SeriesServer } from "../support/series.ts";
import { type CrashCase, type CrashPoint, pointsOf } from "./points.ts";

const FAULTS = join(PROJECT, "test/support/faults.mjs");
const DEADLINE_MS = 60_000;
const DAY_MS = 86_400_000;

const CONFIG = "publications:\n  trusts:\n    name: Trusts\n    folder: inbox\n";
const SETTINGS = "retention: {vintages_keep: 0, artifacts_days: 1, archive_months: 10}\n";

const dayAgo = (days: number): string =>
  new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);

const linesOf = (run: string, count: number): string =>
  Array.from(
    { length: count },
    (_none, nth) => `${JSON.stringify({ id: `${run}-${nth}`, text: "x".repeat(nth % 50) })}\n`,
  ).join("");

/** Event logs of three months, by the days that have passed since each. */
const LOGS: readonly (readonly [days: number, run: string, lines: number])[] = [
  [40, "20250101T000000-aaaaaaaaaa", 30],
  [40, "20250101T000000-bbbbbbbbbb", 1],
  [75, "20250101T000000-cccccccccc", 200],
  [110, "20250101T000000-dddddddddd", 7],
];

async function aged(home: Home, path: string, days: number, text: string): Promise<void> {
  await home.write(path, text);
  const time = new Date(Date.now() - days * DAY_MS);
  await utimes(join(home.path, path), time, time);
}

/** A home in which a cleanup finds something of each kind, and an archive that it adds to. */
async function fill(home: Home): Promise<void> {
  for (const content of ["A,1\nB,2", "A,1\nB,3"]) {
    await home.write("inbox/trusts-2025-01.csv", `Code,Number\n${content}\n`);
    await undisturbed(home, "backfill");
  }
  const early = `data/logs/events/${dayAgo(75)}/20250101T000000-eeeeeeeeee.jsonl`;
  await aged(home, early, 75, linesOf("early", 20));
  await undisturbed(home, "cleanup");
  await home.write("config/settings.yaml", SETTINGS);
  for (const [days, run, lines] of LOGS)
    await aged(home, `data/logs/events/${dayAgo(days)}/${run}.jsonl`, days, linesOf(run, lines));
  await home.write("data/archive/logs/2020-01.jsonl.gz", "long ago");
  const spare = "f".repeat(64);
  await home.write(`data/acquire/ff/${spare}`, "spare");
  await home.write("data/exports/gone.parquet", "x");
  await home.write("data/exports/gone.md", "x");
  await aged(home, "data/state/.state.json.1.unfinished", 3, "{");
  await rowsAt(
    home.database ?? "",
    `insert into ops.artifact (sha256, file_name, size_bytes, first_seen_at)
     values ('${spare}', 'spare.csv', 5, now() - interval '9 days');
     insert into ops.tombstone (load_id, publication, period, source, vintage, key, artifacts, rows, reason, by)
     values (99, 'trusts', '2020-01', 'gone', 1, 'k', '{}', 1, 'r', 'b')`,
  );
  for (const [id, status] of [
    ["20250201T000000-aaaaaaaaaa", "loaded"],
    ["20250202T000000-aaaaaaaaaa", "failed"],
  ]) {
    await rowsAt(
      home.database ?? "",
      `insert into ops.run (run_id, backfill_id, publication, period, status, host, pid, finished_at)
       values ('${id}', 'b', 'trusts', '2020-01', '${status}', 'h', 1, now() - interval '20 days')`,
    );
    await aged(home, `tmp/manifests/${id}/draft.yaml`, 20, "draft\n");
    await aged(home, `tmp/manifests/${id}/enriched.yaml`, 20, "enriched\n");
  }
}

async function undisturbed(home: Home, command: string): Promise<void> {
  const ran = await home.run(command);
  if (ran.code !== 0) throw new Error(`${command}: ${ran.code} ${ran.stdout}${ran.stderr}`);
}

export interface CleanupBench {
  readonly points: readonly CrashPoint[];
  /** Kills a cleanup in a home of its own, and runs it again: what is not as an undisturbed one leaves it. */
  run(one: CrashCase): Promise<{ readonly kills: number; readonly wrong: readonly string[] }>;
  close(): Promise<void>;
}

/** Kills cleanups of one home, each in a copy of it with a database of its own. */
export async function setUp(): Promise<CleanupBench> {
  const server = await SeriesServer.start();
  const template = await makeHome(CONFIG, await server.database());
  await fill(template);
  const copy = async (): Promise<Home> => {
    const home = await makeHome(CONFIG, await server.database(template.database));
    await cp(template.path, home.path, { recursive: true, preserveTimestamps: true });
    return home;
  };
  const first = await copy();
  const file = join(first.path, "operations");
  const ran = await disturbed(first, { record: file });
  if (ran.code !== 0) throw new Error(ran.stdout + ran.stderr);
  const recorded = (await readFile(file, "utf8")).trim().split("\n");
  const expected = await endOf(first);
  await first.remove(".");
  return {
    points: pointsOf(recorded),
    run: async (one) => runCase(await copy(), one, expected),
    close: async () => {
      await template.remove(".");
      await server.close();
    },
  };
}

async function disturbed(home: Home, fault: object): Promise<Ran> {
  const env = { CANONRY_HOME: home.path, CANONRY_FAULT: JSON.stringify(fault) };
  return home.spawn(["--import", FAULTS, MAIN, "cleanup"], env, async (child) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
    child.once("close", () => clearTimeout(timer));
  });
}

async function runCase(
  home: Home,
  { point, again }: CrashCase,
  expected: End,
): ReturnType<CleanupBench["run"]> {
  const wrong: string[] = [];
  let kills = 0;
  try {
    for (const { at, nth, when } of [point, ...again]) {
      const ran = await disturbed(home, { at, nth, when, kill: "self" });
      if (ran.signal === "SIGKILL") kills++;
      else if (ran.code !== 0) throw new Error(`${ran.code} ${ran.stdout}${ran.stderr}`);
      wrong.push(...(await lostLines(home)));
    }
    await undisturbed(home, "cleanup");
    const end = await endOf(home);
    for (const key of Object.keys(expected) as (keyof End)[]) {
      const [a, b] = [JSON.stringify(end[key]), JSON.stringify(expected[key])];
      if (a !== b) wrong.push(`${key}: ${a} for ${b}`);
    }
    const verified = await home.run("verify", "--deep");
    if (verified.code !== 0) wrong.push(verified.stdout);
    return { kills, wrong };
  } finally {
    await home.remove(".");
  }
}

interface End {
  /** Lines of all archives, sorted: none is missing, none twice. */
  readonly archived: readonly string[];
  /** Files, but for what the cleanups themselves told. */
  readonly files: readonly string[];
  readonly loads: readonly object[];
  readonly artifacts: readonly object[];
}

async function endOf(home: Home): Promise<End> {
  const files = Object.keys(await home.snapshot("data", "tmp", "manifests"));
  return {
    archived: (await archivedLines(home)).toSorted(),
    files: files.filter((path) => !path.startsWith(`data/logs/events/${dayAgo(0)}/`)),
    loads: await rowsAt(
      home.database ?? "",
      `select vintage, is_current, expired_by,
              (select count(*)::int from bronze.trusts where _load_id = load_id) as rows
         from ops.load order by vintage`,
    ),
    artifacts: await rowsAt(
      home.database ?? "",
      "select sha256, expired_at is not null as expired from ops.artifact order by 1",
    ),
  };
}

async function archivedLines(home: Home): Promise<readonly string[]> {
  const archives = await home.snapshot("data/archive/logs");
  return Object.entries(archives)
    .filter(([path]) => !path.includes("2020-01"))
    .flatMap(([, hex]) => gunzipSync(Buffer.from(hex, "hex")).toString().trim().split("\n"))
    .filter((line) => !line.startsWith('{"schema":"canonry/archived-log@1"'));
}

/** Lines that neither the logs nor the archives hold right after a kill. */
async function lostLines(home: Home): Promise<readonly string[]> {
  const logs = Object.values(await home.snapshot("data/logs"))
    .map((hex) => Buffer.from(hex, "hex").toString())
    .join("");
  const held = new Set([...(await archivedLines(home)), ...logs.split("\n")]);
  return LOGS.flatMap(([, run, count]) => linesOf(run, count).trim().split("\n"))
    .filter((line) => !held.has(line))
    .map((line) => `lost after the kill: ${line}`);
}
