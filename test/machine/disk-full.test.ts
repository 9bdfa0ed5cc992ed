import { execFile } from "node:child_process";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Home, makeHome } from "../support/home.ts";

const run = promisify(execFile);
const CONFIG = "publications:\n  counts:\n    name: Counts\n    folder: inbox\n";

/** A home whose data stand on a disk of a few megabytes; its database on another. */
let full: Home;
let database: Home;
let mount: string;

beforeEach(async () => {
  database = await makeHome(CONFIG);
  mount = join(tmpdir(), `canonry-small-${process.pid}`);
  await mkdir(mount, { recursive: true });
  await run("mount", ["-t", "tmpfs", "-o", "size=4m,mode=755", "tmpfs", mount]);
  await chmod(mount, 0o755);
  full = new Home(mount);
  await full.write("config/publications.yaml", CONFIG);
});

afterEach(async () => {
  await run("umount", ["-l", mount]);
  await rm(mount, { recursive: true, force: true });
  await database.close();
});

test("no space for an artifact: STORAGE_FULL, exit 7, nothing half-written; with space again all is well", async () => {
  const url = await database.address();
  const lines = Array.from(
    { length: 40_000 },
    (_, at) => `${String(at).padStart(6, "0")},Name ${at},${at * 7}`,
  );
  await full.write("inbox/counts-2025-01.csv", `Code,Name,Number\n${lines.join("\n")}\n`);
  await writeFile(join(mount, "ballast"), Buffer.alloc(2_600_000));
  const ran = await full.run("--database-url", url, "backfill");
  expect(ran.code, ran.stdout + ran.stderr).toBe(7);
  expect(ran.stdout + ran.stderr).toContain("STORAGE_FULL");
  const left = Object.keys(await full.snapshot("data/acquire", "data/exports", "manifests"));
  expect(left).toEqual([]);
  // Room for the artifact and not for the Parquet file (some 150 KB): the load is committed, the export is told and comes later.
  await writeFile(join(mount, "ballast"), Buffer.alloc(2_080_000));
  const partly = await full.run("--database-url", url, "backfill");
  expect(partly.code, partly.stdout + partly.stderr).toBe(7);
  expect(partly.stdout).toContain("export failed");
  await rm(join(mount, "ballast"));
  await run("mount", ["-o", "remount,size=64m", mount]);
  const again = await full.run("--database-url", url, "backfill");
  expect(again.code, again.stdout + again.stderr).toBe(0);
  expect(Object.keys(await full.snapshot("data/exports"))).toContain("data/exports/counts.parquet");
});
