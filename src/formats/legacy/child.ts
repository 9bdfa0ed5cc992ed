/**
 * Runs as a process of its own: reads an old workbook from standard input with SheetJS and writes it as
 * lines of JSON to standard output. Its parent ends it at a deadline; its heap is limited.
 */
import { Console } from "node:console";
import process from "node:process";
import type { LegacyLine } from "./protocol.ts";
import { writeLegacy } from "./write-legacy.ts";

// The library prints remarks of its own: they must not stand between the lines.
globalThis.console = new Console(process.stderr);

const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
await writeLegacy(Buffer.concat(chunks), process.argv[2] ?? "", write);

function write(line: LegacyLine): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${JSON.stringify(line)}\n`, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
