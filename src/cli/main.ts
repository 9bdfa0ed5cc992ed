#!/usr/bin/env node
import process from "node:process";
import { environment } from "../config/environment.ts";
import { runCommand } from "./program.ts";

/** Ctrl-C lets what is being committed finish; a second one ends at once. */
function listenForInterrupts(): AbortController {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  return controller;
}

const { signal } = listenForInterrupts();
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
});
process.exitCode = await runCommand(process.argv.slice(2), {
  out: process.stdout,
  error: process.stderr,
  env: environment(),
  cwd: process.cwd(),
  signal,
});
