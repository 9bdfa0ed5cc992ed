// What every benchmark shares: time and memory of a process, ratios, one JSON line.
import { spawn } from "node:child_process";
import process from "node:process";

/**
 * Runs a program to its end: seconds, its peak resident memory in MB, and what it printed. Codes of `accept`
 * are no failure.
 */
export function timed(command, args, { accept = [0] } = {}) {
  return new Promise((resolve, reject) => {
    const startedAt = process.hrtime.bigint();
    const child = spawn("/usr/bin/time", ["-f", "%M", command, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
      const peakMb = Math.round(Number(stderr.trim().split("\n").at(-1)) / 1024);
      if (accept.includes(code))
        resolve({ seconds, peakMb, stdout, startedAt: Date.now() - seconds * 1000 });
      else reject(new Error(`${command} ended with ${code}: ${stderr.slice(-2000)}`));
    });
  });
}

export const round = (value) => Number(value.toFixed(2));

/** Prints one line; every number with two decimals. */
export function print(figures) {
  const rounded = Object.entries(figures).map(([key, value]) => [
    key,
    typeof value === "number" ? round(value) : value,
  ]);
  process.stdout.write(`${JSON.stringify(Object.fromEntries(rounded))}\n`);
}
