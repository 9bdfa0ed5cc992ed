// The Python peers, from PyPI, in a virtual environment that is made once, outside the repository.
import { execFileSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { timed } from "./measure.mjs";

const PACKAGES = "dlt[postgres] pandas psycopg[binary] pyarrow openpyxl python-calamine".split(" ");
const FOLDER = join(tmpdir(), "canonry-bench-python");
const PEERS = fileURLToPath(new URL("peers.py", import.meta.url));

function interpreter() {
  const python = join(FOLDER, "bin/python");
  const whole = join(FOLDER, "whole");
  if (existsSync(whole)) return python;
  rmSync(FOLDER, { recursive: true, force: true });
  execFileSync("python3", ["-m", "venv", FOLDER], { stdio: "inherit" });
  execFileSync(python, ["-m", "pip", "install", "--quiet", ...PACKAGES], { stdio: "inherit" });
  writeFileSync(whole, PACKAGES.join("\n"));
  return python;
}

/** Runs one peer of peers.py to its end, start of Python included, as ours includes the start of Node. */
export function peer(name, ...args) {
  return timed(interpreter(), [PEERS, name, ...args]);
}
