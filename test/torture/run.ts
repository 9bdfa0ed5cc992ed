import { spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

/** What a worker says: which input it is at, where in it, how it ended, what is wrong, its memory in KiB. */
export type WorkerLine =
  | { readonly at: number }
  | { readonly phase: string }
  | { readonly done: number; readonly result: string; readonly tables: number }
  | { readonly finding: string }
  | { readonly peak: number };

/** `count` inputs of one kind: "csv", a container, or "child <container>" for the way through a real child. */
export interface Load {
  readonly kind: string;
  readonly first: number;
  readonly last: number;
  readonly way: "here" | "whole";
}

export interface Found {
  readonly kind: string;
  readonly number: number;
  readonly what: string;
}

export interface Report {
  inputs: number;
  tables: number;
  peakKib: number;
  /** By kind: "read", or the code of the error, to how many. */
  readonly results: Map<string, Map<string, number>>;
  readonly findings: Found[];
}

export interface Options {
  readonly seed: number;
  /** For one input; reading a tiny one takes some milliseconds. */
  readonly deadlineMs: number;
  /** When to stop altogether, in milliseconds from now. */
  readonly budgetMs?: number;
  readonly found: (finding: Found) => void;
}

export function newReport(): Report {
  return { inputs: 0, tables: 0, peakKib: 0, results: new Map(), findings: [] };
}

/**
 * Reads the inputs of a load in a worker. One that hangs or kills it is a finding and gets a successor for the
 * rest; inside the library that reads old workbooks, where its child would be ended, it is a refusal.
 */
export async function torture(load: Load, report: Report, options: Options): Promise<void> {
  const until = performance.now() + (options.budgetMs ?? Infinity);
  for (let first = load.first; first <= load.last && performance.now() < until; ) {
    const rest = { ...options, budgetMs: until - performance.now() };
    const end = await runWorker({ ...load, first }, report, rest);
    first = (typeof end === "number" ? end : await again(end.late, load, report, options)) + 1;
  }
}

/** On a busy machine an input may be late by no fault of its own: alone and with more time it must end. */
async function again(
  number: number,
  load: Load,
  report: Report,
  options: Options,
): Promise<number> {
  const patient = { ...options, deadlineMs: options.deadlineMs * 4, budgetMs: Infinity };
  const end = await runWorker({ ...load, first: number, last: number }, report, patient);
  if (typeof end === "number") return end;
  count(report, load.kind, "finding");
  const finding = { kind: load.kind, number, what: `hangs: no end in ${patient.deadlineMs} ms` };
  report.findings.push(finding);
  options.found(finding);
  return number;
}

/** Gives the number of the last input that was read, or the one that was late. */
async function runWorker(
  load: Load,
  report: Report,
  options: Options,
): Promise<number | { readonly late: number }> {
  const worker = fileURLToPath(new URL("worker.mjs", import.meta.url));
  const { seed, deadlineMs, budgetMs = Infinity } = options;
  const args = [seed, load.kind, load.first, load.last, load.way, budgetMs].map(String);
  const child = spawn(process.execPath, ["--max-old-space-size=768", worker, ...args], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    env: {},
  });
  const state = { at: load.first - 1, open: false, phase: "", late: false };
  const stop = (): void => {
    state.late = true;
    child.kill("SIGKILL");
  };
  let watch: NodeJS.Timeout | undefined;
  let complaint = "";
  const [, , , lines] = child.stdio;
  if (!(lines instanceof Readable)) throw new Error("the worker has no way to speak");
  child.stderr?.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2000);
  });
  const exited = new Promise<string>((resolve) => {
    child.once("close", (code, signal) => resolve(signal ?? `code ${code}`));
  });
  const add = (what: string): void => {
    const finding = { kind: load.kind, number: state.at, what };
    report.findings.push(finding);
    options.found(finding);
  };
  for await (const text of createInterface({ input: lines })) {
    const line = JSON.parse(text) as WorkerLine;
    if ("at" in line) {
      state.at = line.at;
      state.open = true;
      state.phase = "maker";
      clearTimeout(watch);
      watch = setTimeout(stop, deadlineMs);
    } else if ("phase" in line) state.phase = line.phase;
    else if ("finding" in line) add(line.finding);
    else if ("peak" in line) report.peakKib = Math.max(report.peakKib, line.peak);
    else {
      state.open = false;
      clearTimeout(watch);
      report.tables += line.tables;
      count(report, load.kind, line.result);
    }
  }
  const end = await exited;
  clearTimeout(watch);
  if (end === "code 0" && !state.open) return load.last;
  if (!state.open && state.at < load.first)
    throw new Error(`the worker does not start: ${complaint}`);
  if (state.phase === "library") {
    count(report, load.kind, state.late ? "WORKBOOK_TIMEOUT" : "WORKBOOK_TOO_LARGE");
  } else if (state.late) {
    return { late: state.at };
  } else {
    count(report, load.kind, "finding");
    add(`the process ended with ${end}: ${complaint}`);
  }
  return state.at;
}

function count(report: Report, kind: string, result: string): void {
  report.inputs++;
  const results = report.results.get(kind) ?? new Map<string, number>();
  results.set(result, (results.get(result) ?? 0) + 1);
  report.results.set(kind, results);
}
