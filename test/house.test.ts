import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { MIRROR } from "../src/data-layer/paths.ts";
import { STAGES } from "../src/pipeline/stages.ts";
import { PROJECT } from "./support/home.ts";

const run = promisify(execFile);
const bin = (name: string): string => join(PROJECT, "node_modules/.bin", name);

interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command prints, whatever its exit code. */
async function output(command: string, args: readonly string[], cwd: string): Promise<Output> {
  const options = { cwd, maxBuffer: 1 << 28, env: { ...process.env, NO_COLOR: "1" } };
  return run(command, [...args], options).catch((error: unknown) => error as Output);
}

interface Cruise {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly {
      readonly from: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

async function cruise(folder: string): Promise<Cruise["summary"]> {
  const args = ["src", "--config", ".dependency-cruiser.mjs", "-T", "json"];
  const { stdout } = await output(bin("depcruise"), args, folder);
  return (JSON.parse(stdout) as Cruise).summary;
}

test("the code is formatted and linted", async () => {
  const biome = await output(bin("biome"), ["check", "--error-on-warnings", "."], PROJECT);
  expect(biome.stdout + biome.stderr).toMatch(/^\s*Checked \d+ files in .*No fixes applied\.\s*$/);
  const eslint = await output(bin("eslint"), ["."], PROJECT);
  expect(eslint.stdout).toBe("");
}, 180_000);

test("the floors of the house hold, and each rule catches a planted violation", async () => {
  const clean = await cruise(PROJECT);
  expect(clean.totalCruised).toBeGreaterThan(100);
  expect(clean.violations).toEqual([]);
  const plants: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "model-imports-nothing": { "src/model/x.ts": 'import "../database/migrate.ts";' },
    "adapters-are-strangers": { "src/database/x.ts": 'import "../data-layer/paths.ts";' },
    "rooms-are-strangers": { "src/stages/load/x.ts": 'import "../draft/index.ts";' },
    "enter-by-the-door": { "src/pipeline/x.ts": 'import "../stages/load/plan.ts";' },
    "inquiry-only-reads": { "src/inquiry/x.ts": 'import "../pipeline/backfill.ts";' },
    "roof-holds-no-rules": { "src/cli/x.ts": 'import "../stages/draft/index.ts";' },
    "files-only-in-data-layer": { "src/stages/export/x.ts": 'import "node:fs/promises";' },
    "sql-only-in-database": { "src/pipeline/y.ts": 'import "pg";' },
    "rooms-look-down": { "src/stages/draft/totals/x.ts": 'import "../cores/core.ts";' },
    "plans-are-pure": {
      "src/stages/export/probe/plan.ts": 'import "./helper.ts";',
      "src/stages/export/probe/helper.ts": 'import "../../../database/migrate.ts";',
    },
    "no-circular": {
      "src/stages/acquire/x.ts": 'import "./y.ts";',
      "src/stages/acquire/y.ts": 'import "./x.ts";',
    },
    "no-orphans": { "src/stages/enrich/x.ts": "" },
  };
  await mkdir(join(PROJECT, "tmp"), { recursive: true });
  const folder = await mkdtemp(join(PROJECT, "tmp/floors-"));
  try {
    for (const name of ["src", "package.json", "tsconfig.json", ".dependency-cruiser.mjs"]) {
      await cp(join(PROJECT, name), join(folder, name), { recursive: true });
    }
    await symlink(join(PROJECT, "node_modules"), join(folder, "node_modules"));
    for (const files of Object.values(plants)) {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), `${text}\nexport {};\n`);
      }
    }
    const found = new Set((await cruise(folder)).violations.map((one) => one.rule.name));
    expect([...found].sort()).toEqual(Object.keys(plants).sort());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 180_000);

test("the mirror of places names folders of src, and every stage", async () => {
  const { stat } = await import("node:fs/promises");
  for (const place of Object.keys(MIRROR)) {
    expect((await stat(join(PROJECT, "src", place))).isDirectory(), place).toBe(true);
  }
  for (const stage of STAGES) expect(Object.keys(MIRROR)).toContain(`stages/${stage}`);
});

test("no package that is known to be harmful is in the lockfile", async () => {
  const { readFile } = await import("node:fs/promises");
  const lock = JSON.parse(await readFile(join(PROJECT, "package-lock.json"), "utf8")) as {
    packages: Record<string, { hasInstallScript?: boolean }>;
  };
  const names = Object.keys(lock.packages).map((path) => path.split("node_modules/").at(-1) ?? "");
  for (const banned of [
    "xlsx",
    "unzipper",
    "decompress",
    "extract-zip",
    "adm-zip",
    "write-file-atomic",
    "exceljs",
    "s3rver",
  ]) {
    expect(names).not.toContain(banned);
  }
});
