import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { type Home, MAIN, PROJECT } from "./home.ts";

/** A line of the service's log. */
export interface Line {
  readonly at: string;
  readonly event: string;
  readonly [key: string]: unknown;
}

/** Waits until something is there; null: not yet. Throws after half a minute. */
export async function until<Value>(
  what: string,
  look: () => Promise<Value | null> | Value | null,
): Promise<Value> {
  for (let tries = 0; tries < 600; tries++) {
    const found = await look();
    if (found !== null) return found;
    await sleep(50);
  }
  throw new Error(`it never came to this: ${what}`);
}

/** `canonry serve` in a process of its own. */
export class Serving {
  readonly child: ChildProcess;
  readonly lines: Line[] = [];
  readonly ended: Promise<number | null>;

  private constructor(child: ChildProcess) {
    this.child = child;
    let text = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      const parts = (text + chunk.toString()).split("\n");
      text = parts.pop() ?? "";
      for (const line of parts) this.lines.push(lineOf(line));
    });
    this.ended = new Promise((resolve) => child.once("close", (code) => resolve(code)));
  }

  /** With a fault of test/support/faults.mjs, if one is given. */
  static start(home: Home, fault: object | null = null): Serving {
    const { DATABASE_URL: _url, CANONRY_HOME: _home, ...env } = process.env;
    const planted = fault === null ? [] : ["--import", join(PROJECT, "test/support/faults.mjs")];
    const child = spawn(process.execPath, [...planted, MAIN, "--home", home.path, "serve"], {
      cwd: home.path,
      env: { ...env, CANONRY_HOME: home.path, CANONRY_FAULT: JSON.stringify(fault ?? {}) },
      stdio: ["ignore", "ignore", "pipe"],
    });
    return new Serving(child);
  }

  /** The first line with this event and these facts. */
  seen(event: string, facts: Readonly<Record<string, unknown>> = {}): Promise<Line> {
    const fits = (line: Line): boolean =>
      line.event === event && Object.entries(facts).every(([key, value]) => line[key] === value);
    return until(`${event} ${JSON.stringify(facts)} in ${JSON.stringify(this.lines)}`, () => {
      const found = this.lines.find(fits);
      if (found === undefined && this.child.exitCode !== null)
        throw new Error(`it ended with ${this.child.exitCode}: ${JSON.stringify(this.lines)}`);
      return found ?? null;
    });
  }

  /** Address of the health endpoint. */
  async health(): Promise<string> {
    return String((await this.seen("service.started"))["detail"]);
  }

  /** The exit code. */
  stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.ended;
  }
}

function lineOf(text: string): Line {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return { at: "", event: "no JSON", text };
  }
}
