// Reads fuzzed inputs one after the other, in a process that may hang or die; `run.ts` starts it.
import process from "node:process";
import "./register.mjs";

const { work } = await import("./worker.ts");
await work(process.argv.slice(2));
