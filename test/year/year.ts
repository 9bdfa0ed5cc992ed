import { lstat, readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { schedule } from "../../src/inquiry/schedule.ts";
import type { JobRun } from "../../src/model/period/schedule.ts";
import { openWorld, type World } from "../../src/pipeline/world.ts";
import { tick } from "../../src/service/index.ts";
import { type Home, makeHome } from "../support/home.ts";
import { closeServers } from "../support/serve.ts";
import { type Publisher, publisherOf } from "./publisher.ts";
import { SimulatedClock } from "./simulated-clock.ts";

export interface YearOptions {
  readonly publications: number;
  readonly days: number;
  /** ISO day on which the service begins; its publications go back two months. */
  readonly from: string;
  /** What happens outside, by the day of the simulation. */
  readonly events: Readonly<Record<number, (publisher: Publisher) => void>>;
  /** Told of each month as it ends. */
  watch(month: Month): void;
}

/** Files and bytes below one folder of the home. */
export interface Amount {
  readonly files: number;
  readonly bytes: number;
}

export const PLACES = [
  "data/acquire",
  "data/exports",
  "data/logs",
  "data/archive",
  "data/backups",
  "data/state",
  "tmp",
  "manifests",
] as const;

/** What there is at the end of a month. */
export interface Month {
  readonly month: string;
  readonly places: Readonly<Record<(typeof PLACES)[number], Amount>>;
  readonly loads: number;
  readonly published: { readonly releases: number; readonly reissues: number };
  /** Runs of jobs in this month, by status. */
  readonly runs: Readonly<Record<string, number>>;
}

export interface Year {
  readonly months: readonly Month[];
  readonly runs: readonly JobRun[];
  /** Loads that are current, and all of them. */
  readonly loads: { readonly current: number; readonly all: number };
}

const DAY_MS = 86_400_000;

/** Lives through days in which the service does what is due, and the publisher brings out what is due. */
export async function liveThrough(options: YearOptions): Promise<Year> {
  const home = await makeHome("");
  const clock = await SimulatedClock.over(home);
  const begin = Date.parse(`${options.from}T12:00:00Z`);
  try {
    await clock.set(new Date(begin));
    const first = new Date(begin - 62 * DAY_MS).toISOString().slice(0, 7);
    const publisher = await publisherOf(options.publications, first, clock.now);
    await home.write("config/publications.yaml", publisher.yaml);
    await home.write("config/settings.yaml", "fetch: {allow_private: true, retries: 0}\n");
    return await inWorld(home, clock, (world) =>
      days({ world, clock, publisher, home, begin }, options),
    );
  } finally {
    await clock.close();
    await closeServers();
    await home.close();
  }
}

async function inWorld<Result>(
  home: Home,
  clock: SimulatedClock,
  work: (world: World) => Promise<Result>,
): Promise<Result> {
  const { signal } = new AbortController();
  const world = await openWorld({
    env: {},
    cwd: home.path,
    signal,
    clock: clock.now,
    flags: { home: home.path },
  });
  try {
    return await work(world);
  } finally {
    await world.close();
  }
}

interface Scene {
  readonly world: World;
  readonly clock: SimulatedClock;
  readonly publisher: Publisher;
  readonly home: Home;
  readonly begin: number;
}

async function days(scene: Scene, options: YearOptions): Promise<Year> {
  const { world, clock, publisher, begin } = scene;
  const end = begin + options.days * DAY_MS;
  const months: Month[] = [];
  let day = 0;
  while (clock.now().getTime() < end) {
    for (; day <= (clock.now().getTime() - begin) / DAY_MS; day++) options.events[day]?.(publisher);
    await beat(world);
    const before = clock.now();
    await dateFiles(scene.home, before);
    await clock.set(await nextInstant(world, before));
    if (clock.now().getUTCMonth() !== before.getUTCMonth()) {
      const month = await measure(scene, before.toISOString().slice(0, 7));
      options.watch(month);
      months.push(month);
    }
  }
  const runs = await jobRuns(world);
  const [loads] = await world.database.rows<{ current: number; all: number }>(
    `select count(*) filter (where is_current) as current, count(*) as "all" from ops.load`,
  );
  return { months, runs, loads: loads ?? { current: 0, all: 0 } };
}

async function beat(world: World): Promise<void> {
  const silent = { emit: () => undefined, flush: () => Promise.resolve() };
  const events = world.eventsOf(world.newId(), silent);
  await tick(world, { by: "service", events, within: () => silent });
  await events.flush();
}

/** When the service would next find something to do. */
async function nextInstant(world: World, now: Date): Promise<Date> {
  const next = (await schedule(world, now))
    .flatMap((line) => line.next_at ?? [])
    .filter((at) => at > now.toISOString())
    .sort()[0];
  return new Date(next === undefined ? now.getTime() + DAY_MS : Date.parse(next) + 1_000);
}

function jobRuns(world: World): Promise<JobRun[]> {
  return world.database.rows<JobRun>(
    "select *, to_char(due_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as due_at from ops.job_run order by job_run_id",
  );
}

async function measure({ world, home, publisher }: Scene, month: string): Promise<Month> {
  const places = await Promise.all(
    PLACES.map(async (place) => [place, await amountOf(join(home.path, place))] as const),
  );
  const [loads] = await world.database.rows<{ n: number }>("select count(*) as n from ops.load");
  const runs = await world.database.rows<{ status: string; n: number }>(
    "select status, count(*) as n from ops.job_run where to_char(started_at, 'YYYY-MM') = $1 group by 1",
    [month],
  );
  return {
    month,
    places: Object.fromEntries(places) as unknown as Month["places"],
    loads: loads?.n ?? 0,
    published: publisher.published(),
    runs: Object.fromEntries(runs.map(({ status, n }) => [status, n])),
  };
}

/** What was just written was written now: the file system does not know the simulated clock, which is behind it. */
async function dateFiles(home: Home, now: Date): Promise<void> {
  for (const place of PLACES) {
    for (const path of await filesBelow(join(home.path, place))) {
      if ((await lstat(path)).mtimeMs > now.getTime()) await utimes(path, now, now);
    }
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}

async function amountOf(folder: string): Promise<Amount> {
  const paths = await filesBelow(folder);
  const sizes = await Promise.all(paths.map(async (path) => (await lstat(path)).size));
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
