import type { CrashCase, CrashPoint } from "./points.ts";

/** A command of upkeep that is killed: `test/faults/upkeep-<command>.ts` makes one by `setUp`. */
export interface UpkeepBench {
  /** Every operation of an undisturbed run, by name, in order. */
  readonly recorded: readonly string[];
  readonly points: readonly CrashPoint[];
  /** Runs it in a home of its own, kills it, runs it again: what is not as an undisturbed run leaves it. */
  run(one: CrashCase): Promise<{ readonly kills: number; readonly wrong: readonly string[] }>;
  close(): Promise<void>;
}
