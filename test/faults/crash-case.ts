import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Home, MAIN, PROJECT, type Ran } from "../support/home.ts";
import { type CrashCase, type CrashPoint, pointsOf, type Victim } from "./points.ts";
import { copyHome, dropHome, type EndState, endState, smallHome } from "./warehouse.ts";

const FAULTS = join(PROJECT, "test/support/faults.mjs");
const DEADLINE_MS = 90_000;

/** A backfill with a fault planted in it (test/support/faults.mjs says which there are). */
export function disturbed(home: Home, fault: object, ...args: readonly string[]): Promise<Ran> {
  return home.spawn(
    ["--import", FAULTS, MAIN, "backfill", "--concurrency", "1", ...args],
    { CANONRY_HOME: home.path, CANONRY_FAULT: JSON.stringify(fault) },
    async (child) => {
      const timer = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
      child.once("close", () => clearTimeout(timer));
    },
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

/** A run killed at the case's point, perhaps a second one, and one that nobody disturbs. */
export async function runCase(bench: Bench, one: CrashCase): Promise<CaseResult> {
  const isFirst = one.point.area === "migrate" || !bench.recorded.includes(one.point.at);
  const home = await copyHome(isFirst ? bench.fresh : bench.ready);
  try {
    const ends: (number | string | null)[] = [];
    let kills = 0;
    for (const point of one.again === null ? [one.point] : [one.point, one.again]) {
      const mark = join(home.path, `reached-${ends.length}`);
      const ran = await disturbed(home, { ...faultAt(point, one.victim), mark });
      const reached = await access(mark).then(
        () => true,
        () => false,
      );
      await home.remove(`reached-${ends.length}`);
      if (reached) kills++;
      checkEnd(ran, reached, one.victim);
      ends.push(ran.signal ?? ran.code);
    }
    const last = await home.run("backfill", "--concurrency", "1");
    if (last.code !== 0)
      throw new Error(`the next run ended with ${last.code}: ${last.stdout}${last.stderr}`);
    const end = await endState(home);
    await verifyIfThere(home);
    return { kills, ends, end };
  } finally {
    await dropHome(home);
  }
}

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

/** `canonry verify --deep`, which recomputes every digest, once the command exists. */
async function verifyIfThere(home: Home): Promise<void> {
  const ran = await home.run("verify", "--deep");
  if (ran.code === 2 && /unknown command/.test(ran.stderr)) return;
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
