import { type ChildProcess, spawn } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

export const PROJECT = resolve(fileURLToPath(new URL("../..", import.meta.url)));
export const MAIN = join(PROJECT, "dist/cli/main.js");

/** The commands without the process around them; the configuration of the tests has Node import it as it is. */
const PROGRAM = join(PROJECT, "dist/cli/program.js");
type Program = typeof import("../../src/cli/program.ts");

/** What was written to a stream. */
class Heard {
  text = "";

  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

export interface Ran {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A throw-away home with a server of its own. Close it, whatever happens. */
export class Home {
  readonly path: string;
  /** An address of a database elsewhere; null: the home has a server of its own. */
  readonly database: string | null;

  constructor(path: string, database: string | null = null) {
    this.path = path;
    this.database = database;
  }

  /**
   * Runs the built command line in this home: in this process where the database is elsewhere, since a process
   * of its own costs more than what most commands do; else, or to be alone, in one of its own.
   */
  run(...args: readonly string[]): Promise<Ran> {
    return this.database === null ? this.command(...args) : this.within(args);
  }

  /** Runs the built command line in this home as a process of its own. */
  command(...args: readonly string[]): Promise<Ran> {
    return this.spawn([MAIN, "--home", this.path, ...args]);
  }

  private async within(args: readonly string[]): Promise<Ran> {
    const { runCommand } = (await import(PROGRAM)) as Program;
    const [out, error] = [new Heard(), new Heard()];
    const { signal } = new AbortController();
    const [env, cwd] = [this.environment(), this.path];
    const around = { out, error, env, cwd, signal };
    const code = await runCommand(["--home", this.path, ...args], around);
    return { code, signal: null, stdout: out.text, stderr: error.text };
  }

  private environment(): Readonly<Record<string, string | undefined>> {
    const { DATABASE_URL: _url, CANONRY_HOME: _home, ...clean } = process.env;
    const database = this.database === null ? {} : { DATABASE_URL: this.database };
    return { ...clean, NO_COLOR: "1", ...database };
  }

  /** Runs any script of Node in this home; `meanwhile` may watch it, or send it a signal. */
  spawn(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    meanwhile: (child: ChildProcess) => Promise<void> = () => Promise.resolve(),
  ): Promise<Ran> {
    const child = spawn(process.execPath, [...args], {
      cwd: this.path,
      env: { ...this.environment(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
      meanwhile(child).catch(reject);
    });
  }

  async json<Value>(...args: readonly string[]): Promise<Value> {
    const ran = await this.run(...args, "--json");
    try {
      return JSON.parse(ran.stdout) as Value;
    } catch {
      throw new Error(`no JSON from ${args.join(" ")}: ${ran.code} ${ran.stdout} ${ran.stderr}`);
    }
  }

  /** The address of its database; its own server keeps running then. */
  async address(): Promise<string> {
    return this.database ?? (await this.run("db", "start")).stdout.trim();
  }

  read(path: string): Promise<string> {
    return readFile(join(this.path, path), "utf8");
  }

  async write(path: string, content: string | Uint8Array): Promise<void> {
    await mkdir(dirname(join(this.path, path)), { recursive: true });
    await writeFile(join(this.path, path), content);
  }

  remove(path: string): Promise<void> {
    return rm(join(this.path, path), { recursive: true, force: true });
  }

  /** Every file below a folder with its content, hex; what proves that nothing changed. */
  async snapshot(...folders: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const found: Record<string, string> = {};
    for (const folder of folders) {
      const root = join(this.path, folder);
      const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch(() => []);
      for (const entry of entries) {
        if (!entry.isFile()) continue;
        const path = join(entry.parentPath, entry.name);
        found[path.slice(this.path.length + 1)] = (await readFile(path)).toString("hex");
      }
    }
    return Object.fromEntries(Object.entries(found).sort());
  }

  async close(): Promise<void> {
    if (this.database === null) await this.run("db", "stop");
    await rm(this.path, { recursive: true, force: true });
  }
}

/** An empty home that the unprivileged user of the server can enter. */
export async function makeHome(
  publications: string,
  database: string | null = null,
): Promise<Home> {
  const path = await mkdtemp(join(tmpdir(), "canonry-home-"));
  await chmod(path, 0o755);
  const home = new Home(path, database);
  await home.write("config/publications.yaml", publications);
  return home;
}

/** A copy of the demo that the project ships, without what running it left behind. */
export async function demoHome(): Promise<Home> {
  const home = await makeHome("");
  for (const folder of ["config", "published"]) {
    await cp(join(PROJECT, "examples/demo", folder), join(home.path, folder), { recursive: true });
  }
  return home;
}
