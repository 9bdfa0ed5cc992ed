import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Home, MAIN, PROJECT, type Ran } from "../support/home.ts";
import {
  type CrashCase,
  type CrashPoint,
  type FailingCase,
  pointsOf,
  type Victim,
} from "./points.ts";
import { copyHome, dropHome, type EndState, endState, smallHome } from "./warehouse.ts";

const FAULTS = join(PROJECT, "test/support/faults.mjs");
const DEADLINE_MS = 90_000;

/** A run that goes on for so long hangs: it is killed, which no case expects. */
const endLate = async (child: ChildProcess): Promise<void> => {
  const timer = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
  child.once("close", () => clearTimeout(timer));
};

/** A backfill with a fault planted in it (test/support/faults.mjs says which there are). */
export function disturbed(home: Home, fault: object, ...args: readonly string[]): Promise<Ran> {
  return home.spawn(
    ["--import", FAULTS, MAIN, "backfill", "--concurrency", "1", ...args],
    { CANONRY_HOME: home.path, CANONRY_FAULT: JSON.stringify(fault) },
    endLate,
  );
}

export interface Bench {
  /** A home without a database, and one whose empty ledger stands; both never ran. */
  readonly fresh: Home;
  readonly ready: Home;
  readonly points: readonly CrashPoint[];
  /** Every operation of an undisturbed run, by name, in order. */
  readonly recorded: readonly string[];
  readonly expected: EndState;
}

/** Makes the homes that cases are copied from, and runs one undisturbed. */
export async function setUp(): Promise<Bench> {
  const fresh = await smallHome();
  const [firstOps] = await undisturbed(fresh);
  const ready = await copyHome(fresh);
  const stood = await ready.run("status");
  if (stood.code !== 0) throw new Error(stood.stderr);
  await ready.remove("data/logs");
  const [recorded, expected] = await undisturbed(ready);
  const first = pointsOf(firstOps).filter((one) => ["server", "migrate"].includes(one.area));
  const later = pointsOf(recorded).filter((one) => one.area !== "migrate");
  const known = new Set(later.map((one) => one.at));
  return {
    fresh,
    ready,
    recorded,
    expected,
    points: [
      ...first.filter((one) => !known.has(one.at)),
      ...later.map((one) => ({ ...one, order: one.order + firstOps.length })),
    ],
  };
}

async function undisturbed(template: Home): Promise<readonly [readonly string[], EndState]> {
  const home = await copyHome(template);
  try {
    const record = join(home.path, "operations");
    const ran = await disturbed(home, { record });
    if (ran.code !== 0) throw new Error(ran.stdout + ran.stderr);
    const names = (await readFile(record, "utf8")).trim().split("\n");
    return [names, await endState(home)];
  } finally {
    await dropHome(home);
  }
}

export async function tearDown({ fresh, ready }: Bench): Promise<void> {
  await dropHome(fresh);
  await dropHome(ready);
}

export interface CaseResult {
  readonly kills: number;
  /** Exit codes of the disturbed runs, "SIGKILL" of those that were killed. */
  readonly ends: readonly (number | string | null)[];
  readonly end: EndState;
}

/** A run killed at the case's point, perhaps those that recover, and one that nobody disturbs. */
export async function runCase(bench: Bench, one: CrashCase): Promise<CaseResult> {
  const isFirst = one.point.area === "migrate" || !bench.recorded.includes(one.point.at);
  const home = await copyHome(isFirst ? bench.fresh : bench.ready);
  try {
    const ends: (number | string | null)[] = [];
    let kills = 0;
    for (const point of [one.point, ...one.again]) {
      const mark = join(home.path, `reached-${ends.length}`);
      const ran = await disturbed(home, { ...faultAt(point, one.victim), mark });
      const reached = await isThere(mark);
      await home.remove(`reached-${ends.length}`);
      if (reached) kills++;
      checkEnd(ran, reached, one.victim);
      ends.push(ran.signal ?? ran.code);
    }
    await undisturbedAgain(home);
    const end = await endState(home, () => verify(home));
    return { kills, ends, end };
  } finally {
    await dropHome(home);
  }
}

const MOST_RUNS = 8;

/**
 * A run one of whose operations on files fails, and one that nobody disturbs. Of writers side by side one makes a
 * folder, now this one and now that, so that an operation is some fewer in a run: then the last of them fails.
 */
export async function runFailing(bench: Bench, one: FailingCase): Promise<CaseResult> {
  for (let run = 1; ; run++) {
    const result = await failOnce(bench, {
      ...one,
      nth: Math.max(1, one.nth - Math.max(0, run - 2)),
    });
    if (typeof result !== "string") return result;
    if (run === MOST_RUNS) throw new Error(`the operation never came: ${result}`);
  }
}

/** What the run said, if it never came to the operation. */
async function failOnce(bench: Bench, one: FailingCase): Promise<CaseResult | string> {
  const isFirst = !bench.recorded.includes(one.at);
  const home = await copyHome(isFirst ? bench.fresh : bench.ready);
  try {
    const mark = join(home.path, "reached");
    const ran = await disturbed(home, { ...one, mark });
    const said = `${ran.code} ${ran.signal ?? ""} ${ran.stdout}${ran.stderr}`;
    if (!(await isThere(mark))) return said;
    await home.remove("reached");
    const isTyped = ran.code === 7 && /STORAGE_|EXPORT_FAILED|DATABASE_UNAVAILABLE/.test(said);
    if (ran.code !== 0 && !isTyped) throw new Error(`it ended with ${said}`);
    const halves = await halfWritten(home);
    if (halves.length > 0) throw new Error(`half-written: ${halves.join(", ")}`);
    await undisturbedAgain(home);
    return { kills: 0, ends: [ran.code], end: await endState(home) };
  } finally {
    await dropHome(home);
  }
}

/** Files with their final names that are no whole ones. */
async function halfWritten(home: Home): Promise<readonly string[]> {
  const found = await home.snapshot("data/exports", "data/acquire", "data/state", "manifests");
  return Object.entries(found)
    .filter(([path]) => !/\.unfinished$|incoming/.test(path))
    .filter(([path, hex]) => !isWhole(path, Buffer.from(hex, "hex")))
    .map(([path]) => path);
}

function isWhole(path: string, bytes: Buffer): boolean {
  const name = path.split("/").at(-1) ?? "";
  if (path.startsWith("data/acquire/"))
    return createHash("sha256").update(bytes).digest("hex") === name;
  // A Parquet file begins and ends with its mark.
  if (name.endsWith(".parquet"))
    return bytes.subarray(0, 4).equals(MARK) && bytes.subarray(-4).equals(MARK);
  if (name.endsWith(".json")) JSON.parse(bytes.toString());
  return bytes.at(-1) === 10;
}

const MARK = Buffer.from("PAR1");

async function undisturbedAgain(home: Home): Promise<void> {
  const args = [MAIN, "--home", home.path, "backfill", "--concurrency", "1"];
  const ran = await home.spawn(args, {}, endLate);
  if (ran.code !== 0)
    throw new Error(
      `the next run ended with ${ran.signal ?? ran.code}: ${ran.stdout}${ran.stderr}`,
    );
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const faultAt = ({ at, nth, when }: CrashPoint, kill: Victim): object => ({ at, nth, when, kill });

/** Killed itself, it is dead; where Postgres was killed under it, it says so and exits 7, or was done. */
function checkEnd(ran: Ran, reached: boolean, victim: Victim): void {
  const said = `${ran.code} ${ran.signal ?? ""} ${ran.stdout}${ran.stderr}`;
  if (!reached) {
    if (ran.code !== 0) throw new Error(`the point was not reached, and the run failed: ${said}`);
  } else if (victim === "self") {
    if (ran.signal !== "SIGKILL") throw new Error(`it survived: ${said}`);
  } else if (ran.signal !== "SIGKILL" && ![0, 7, 8].includes(ran.code ?? 1)) {
    throw new Error(`Postgres was killed, and the run ended with ${said}`);
  }
}

/** Recomputes every digest. */
async function verify(home: Home): Promise<void> {
  const ran = await home.run("verify", "--deep");
  if (ran.code !== 0) throw new Error(`verify --deep: ${ran.code} ${ran.stdout}${ran.stderr}`);
}

/** What differs between two end states, in few words; empty if nothing does. */
export function differences(found: EndState, expected: EndState): readonly string[] {
  const wrong = found.left.map((one) => `left: ${one}`);
  for (const name of new Set([...Object.keys(found.content), ...Object.keys(expected.content)])) {
    const [a, b] = [found.content[name] ?? [], expected.content[name] ?? []];
    if (JSON.stringify(a) === JSON.stringify(b)) continue;
    const more = a.find((row) => !b.includes(row));
    const less = b.find((row) => !a.includes(row));
    wrong.push(
      `${name}: ${a.length} rows for ${b.length}; too much ${more ?? "-"}; too little ${less ?? "-"}`,
    );
  }
  for (const path of new Set([...Object.keys(found.files), ...Object.keys(expected.files)])) {
    if (found.files[path] !== expected.files[path]) wrong.push(`${path} differs`);
  }
  if (JSON.stringify(found.state) !== JSON.stringify(expected.state))
    wrong.push("state.json differs");
  return wrong;
}

/** Does the cases two at a time; what was wrong with each that was. */
export async function sideBySide<Case>(
  cases: readonly Case[],
  work: (one: Case) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const left = [...cases];
  const failures: string[] = [];
  const worker = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      const wrong = await work(one).catch((error: unknown) => [String(error)]);
      if (wrong.length > 0) failures.push(`${JSON.stringify(one)}:\n  ${wrong.join("\n  ")}`);
    }
  };
  await Promise.all([worker(), worker()]);
  return failures;
}
