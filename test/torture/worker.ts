import { writeSync } from "node:fs";
import process from "node:process";
import { Finding, judge, type Way } from "./check.ts";
import { CONTAINERS, type Container, fuzzContainer } from "./containers.ts";
import { type Fuzzed, fuzzCsv } from "./csv.ts";
import { Random } from "./random.ts";
import type { WorkerLine } from "./run.ts";

const MIX = ["csv", "csv", "csv", "csv", ...CONTAINERS];

/** The input of one number: the same for the same seed, wherever it is made. */
export function inputOf(seed: number, kind: string, number: number): Fuzzed {
  if (kind === "mix") return inputOf(seed, MIX[number % MIX.length] ?? "csv", number);
  const random = new Random(seed, `${kind} ${number}`);
  const container = CONTAINERS.find((one): one is Container => one === kind);
  return container === undefined ? fuzzCsv(random) : fuzzContainer(random, container);
}

/** Lines go out at once, so that the one who waits knows which input it is that hangs; the library may print. */
function say(line: WorkerLine): void {
  const text = `${JSON.stringify(line)}\n`;
  for (;;) {
    try {
      writeSync(3, text);
      return;
    } catch (error) {
      // The one who reads is behind: wait a moment.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

async function one(seed: number, kind: string, number: number, way: Way): Promise<void> {
  let before = process.memoryUsage.rss();
  say({ at: number });
  const input = inputOf(seed, kind, number);
  say({ phase: "reader" });
  try {
    const outcome = await judge(input, way, (phase) => {
      say({ phase });
      // What the library takes is its child's: that has a limit of its own.
      if (phase === "reader") before = process.memoryUsage.rss();
    });
    const grown = (process.memoryUsage.rss() - before) / (1 << 20);
    say({ done: number, ...outcome });
    if (grown > 400) say({ finding: `memory grew by ${Math.round(grown)} MB` });
  } catch (error) {
    const what = error instanceof Finding ? error.message : String((error as Error).stack);
    say({ done: number, result: "finding", tables: 0 });
    say({ finding: what.split("\n").slice(0, 8).join("\n") });
  }
}

/** Arguments: seed, kind, first number, last number, way, milliseconds after which no other input is begun. */
export async function work(args: readonly string[]): Promise<void> {
  const [seed, kind, first, last, way, budget] = args;
  // The budget is for the inputs: how long a worker takes to start is the machine's matter.
  const until = performance.now() + Number(budget);
  for (let number = Number(first); number <= Number(last); number++) {
    if (performance.now() > until) break;
    await one(Number(seed), kind ?? "", number, way === "whole" ? "whole" : "here");
  }
  say({ peak: process.resourceUsage().maxRSS });
}
