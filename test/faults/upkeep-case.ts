import { cp, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Home, MAIN, makeHome, PROJECT } from "../support/home.ts";
import type { SeriesServer } from "../support/series.ts";
import { type CrashPoint, nameOf, pointsOf, randomOf } from "./points.ts";

const FAULTS = join(PROJECT, "test/support/faults.mjs");
const DEADLINE_MS = 60_000;

/** A home that cases are copied from; its database is an external one to which nobody is connected. */
export interface Template {
  readonly server: SeriesServer;
  readonly home: Home;
}

/** A command of upkeep that may be killed at any moment, and what must be true once it was run again. */
export interface UpkeepCommand {
  readonly args: readonly string[];
  /** Whether the home of a case gets a copy of the template's database, or an empty one. */
  readonly database: "copy" | "empty";
  /** What is wrong right after a kill: something half-done that another command would take for whole. */
  half(home: Home): Promise<readonly string[]>;
  /** What is wrong once the same command ended. */
  end(home: Home): Promise<readonly string[]>;
  /** Exit codes of the command run again; 0 unless what was to be done may have been done. */
  readonly again: readonly number[];
}

export interface UpkeepCase {
  readonly command: string;
  readonly point: CrashPoint;
}

export const upkeepName = ({ command, point }: UpkeepCase): string =>
  `${command}: ${nameOf(point)}`;

async function copyOf(template: Template, { database }: UpkeepCommand): Promise<Home> {
  const { server, home } = template;
  const url = await server.database(database === "copy" ? home.database : null);
  const copy = await makeHome("", url);
  await cp(home.path, copy.path, { recursive: true });
  return copy;
}

function run(home: Home, { args }: UpkeepCommand, fault: object | null) {
  const planted = fault === null ? [] : ["--import", FAULTS];
  const env = { CANONRY_HOME: home.path, CANONRY_FAULT: JSON.stringify(fault ?? {}) };
  return home.spawn([...planted, MAIN, ...args], env, async (child) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
    child.once("close", () => clearTimeout(timer));
  });
}

/** Where a command can be killed: before and after the first and the last operation of each name. */
export async function upkeepPoints(
  template: Template,
  command: UpkeepCommand,
): Promise<readonly CrashPoint[]> {
  const home = await copyOf(template, command);
  try {
    await mkdir(join(home.path, "tmp"), { recursive: true });
    const record = join(home.path, "tmp/operations");
    const ran = await run(home, command, { record });
    const wrong = await command.end(home);
    if (ran.code !== 0 || wrong.length > 0) {
      throw new Error(`undisturbed: ${ran.code} ${ran.stdout}${ran.stderr}${wrong.join("\n")}`);
    }
    return pointsOf((await readFile(record, "utf8")).trim().split("\n"));
  } finally {
    await home.close();
  }
}

/** Kills the command at the point and runs it again; what is wrong then, and whether it was killed. */
export async function killUpkeep(
  template: Template,
  command: UpkeepCommand,
  { at, nth, when }: CrashPoint,
): Promise<{ readonly killed: boolean; readonly wrong: readonly string[] }> {
  const home = await copyOf(template, command);
  try {
    const ran = await run(home, command, { at, nth, when, kill: "self" });
    const killed = ran.signal === "SIGKILL";
    if (!killed && ran.code !== 0) return { killed, wrong: [`it failed: ${ran.stderr}`] };
    const half = await command.half(home);
    const again = await run(home, command, null);
    const said = `again: ${again.code} ${again.stdout}${again.stderr}`;
    const failed = killed && !command.again.includes(again.code ?? 1) ? [said] : [];
    return { killed, wrong: [...half, ...failed, ...(await command.end(home))] };
  } finally {
    await home.close();
  }
}

/** Every point of every command, in an order that the seed gives. */
export function upkeepCases(
  points: Readonly<Record<string, readonly CrashPoint[]>>,
  seed: number,
): readonly UpkeepCase[] {
  const random = randomOf(seed);
  const shuffled = Object.entries(points).map(([command, all]) =>
    all
      .map((point) => ({ command, point, key: random() }))
      .sort((a, b) => a.key - b.key)
      .map(({ point }) => ({ command, point })),
  );
  // In turns, so that a few cases are of every command.
  const longest = Math.max(0, ...shuffled.map((all) => all.length));
  return Array.from({ length: longest }, (_none, at) =>
    shuffled.flatMap((all) => all[at] ?? []),
  ).flat();
}
