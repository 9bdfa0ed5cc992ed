import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import pg from "pg";
import { localServerFiles } from "../../src/data-layer/home/server-files.ts";
import { ensureServer } from "../../src/database/server/embedded-server.ts";
import { type Home, makeHome, PROJECT } from "../support/home.ts";

const run = promisify(execFile);

const CONFIG = `publications:
  clinic_waits: {name: Clinic waiting times, folder: published/clinic-waits}
  ambulance_calls: {name: Ambulance calls, folder: published/ambulance-calls}
`;

const FILES = [
  "clinic-waits/clinic-waits-2025-02.xlsx",
  "clinic-waits/clinic-waits-2025-03.xlsx",
  "clinic-waits/clinic-waits-2025-03-revised.xlsx",
  "ambulance-calls/ambulance_calls_2025_02.csv",
  "ambulance-calls/ambulance_calls_2025_03.zip",
];

/** Three sources in two periods: workbooks, one of them re-issued, a CSV file and a ZIP. */
export async function smallHome(): Promise<Home> {
  const home = await makeHome(CONFIG);
  for (const file of FILES) {
    const target = join(home.path, "published", file);
    await mkdir(join(target, ".."), { recursive: true });
    await copyFile(join(PROJECT, "examples/demo/published", file), target);
  }
  return home;
}

/** A copy of a home whose server is stopped, its database with it; the copy takes a port of its own. */
export async function copyHome(template: Home): Promise<Home> {
  const home = await makeHome(CONFIG);
  await run("cp", ["-a", `${template.path}/.`, home.path]);
  await chmod(home.path, 0o755);
  await home.remove("data/database/port");
  return home;
}

/** What two runs that loaded the same do not have in common, beside numbers that the database gives. */
const OWN = /^(?:run_id|backfill_id|load_id|load|pid|host|.*_at)$/;

function common(value: unknown, numbers: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((one) => common(one));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !OWN.test(key) && !numbers.includes(key));
  return Object.fromEntries(kept.sort().map(([key, one]) => [key, common(one)]));
}

/** What tells of the last attempt: which of its sources it found loaded. */
const ATTEMPT: Readonly<Record<string, readonly string[]>> = { "ops.release": ["detail"] };

/** Everything that a database holds, without numbers of attempts, ids of runs and of the warehouse, and times. */
async function contentOf(client: pg.Client): Promise<Record<string, readonly string[]>> {
  const { rows: tables } = await client.query<{
    name: string;
    loads: string | null;
    numbers: string[];
  }>(
    `select format('%I.%I', table_schema, table_name) as name,
            (select column_name from information_schema.columns c
              where c.table_schema = t.table_schema and c.table_name = t.table_name
                and column_name in ('load_id', '_load_id')) as loads,
            (select coalesce(array_agg(column_name::text), '{}') from information_schema.columns c
              where c.table_schema = t.table_schema and c.table_name = t.table_name
                and is_identity = 'YES') as numbers
       from information_schema.tables t
      where table_schema in ('ops', 'bronze', 'silver') and table_name not in ('run', 'migration', 'warehouse')
      order by 1`,
  );
  const content: Record<string, readonly string[]> = {};
  for (const { name, loads, numbers } of tables) {
    const load =
      loads === null
        ? "null"
        : `(select source || ' ' || period || ' ' || vintage from ops.load l where l.load_id = t.${loads})`;
    const { rows } = await client.query<{ row: Record<string, unknown>; of: string | null }>(
      `select to_jsonb(t) - '_load_id' as row, ${load} as of from ${name} t`,
    );
    content[name] = rows
      .map(({ row, of }) =>
        JSON.stringify([of, common(row, [...numbers, ...(ATTEMPT[name] ?? [])])]),
      )
      .sort();
  }
  return content;
}

/** What a run must not leave in the server: statements at work, sessions, locks, temporary tables. */
const LEFT = `
  select 'connection' as what, application_name || ' ' || state || ' ' || query as which from pg_stat_activity
   where backend_type = 'client backend' and pid <> pg_backend_pid()
     and application_name <> 'canonry in use'
  union all select 'prepared transaction', gid from pg_prepared_xacts
  union all select 'temporary table', relname from pg_class where relpersistence = 't'
  union all select 'run', run_id from ops.run where status = 'running'
  union all select 'stray table', n.nspname || '.' || relname from pg_class c join pg_namespace n on n.oid = relnamespace
   where n.nspname in ('bronze', 'silver') and relkind in ('r', 'v')
     and not exists (select 1 from ops.source s where relname = s.code or relname like s.code || '\\_%')`;

/** Folders of all writers, which may be empty: whoever writes next removes them. */
const WRITERS_FOLDERS = new Set(["tmp/scratch", "data/acquire/incoming"]);
/** Names of hidden, unfinished and lock files; a lock of a process that is gone is taken by the next. */
const UNFINISHED = /\.unfinished$|\.tmp$|incoming|scratch|making-|starting\.lock\./;

async function leftInFiles(home: Home, keptRuns: ReadonlySet<string>): Promise<string[]> {
  const left: string[] = [];
  for (const folder of [
    "data/acquire",
    "data/exports",
    "data/state",
    "data/database",
    "manifests",
    "tmp",
  ]) {
    const deep = folder !== "data/database";
    const entries = await readdir(join(home.path, folder), {
      withFileTypes: true,
      recursive: deep,
    }).catch(() => []);
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name).slice(home.path.length + 1);
      const runId = /^tmp\/manifests\/([^/]+)/.exec(path)?.[1];
      if (UNFINISHED.test(path) && !WRITERS_FOLDERS.has(path)) left.push(path);
      else if (runId !== undefined && !keptRuns.has(runId)) left.push(path);
    }
  }
  return left;
}

export interface EndState {
  readonly content: Record<string, readonly string[]>;
  readonly files: Readonly<Record<string, string>>;
  readonly state: unknown;
  /** Empty where a run cleaned up behind itself and its predecessors. */
  readonly left: readonly string[];
}

/** What the home holds after its commands have ended; `meanwhile` is done at last, while its server runs. */
export async function endState(
  home: Home,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<EndState> {
  const left: string[] = [];
  const pidFile = join(home.path, "data/database/data/postmaster.pid");
  const running = await readFile(pidFile, "utf8").catch(() => null);
  if (running !== null) left.push(`a server that runs: ${running.split("\n")[0] ?? ""}`);
  const server = await ensureServer({
    folder: join(home.path, "data/database"),
    files: localServerFiles,
    newSecret: () => "x",
    port: null,
  });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ what: string; which: string }>(LEFT);
    left.push(...rows.map(({ what, which }) => `${what} ${which}`));
    const failed = await client.query<{ run_id: string }>(
      "select run_id from ops.run where status in ('interrupted', 'failed')",
    );
    left.push(...(await leftInFiles(home, new Set(failed.rows.map((row) => row.run_id)))));
    const state = JSON.parse(await home.read("data/state/state.json")) as unknown;
    const end = {
      content: await contentOf(client),
      files: await home.snapshot("manifests", "data/exports", "data/acquire"),
      state: common(state),
      left,
    };
    await meanwhile();
    return end;
  } finally {
    await client.end();
    await server.release();
  }
}

/** Ends what still runs in a home that a case gave up, and removes it. */
export async function dropHome(home: Home): Promise<void> {
  const pid = Number(
    (await home.read("data/database/data/postmaster.pid").catch(() => "")).split("\n")[0],
  );
  if (pid > 0) {
    try {
      process.kill(pid, "SIGQUIT");
    } catch {}
  }
  await home.remove(".");
}
