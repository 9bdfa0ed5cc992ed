import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PROJECT } from "../support/home.ts";

let folder = "";
beforeEach(async () => {
  // Inside the project, where git ignores it: the schema imports drizzle-orm from its node_modules.
  await mkdir(join(PROJECT, "tmp"), { recursive: true });
  folder = await mkdtemp(join(PROJECT, "tmp/migrations-"));
  await cp(join(PROJECT, "drizzle"), join(folder, "drizzle"), { recursive: true });
  await cp(join(PROJECT, "src/database/schema"), join(folder, "schema"), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The migrations that drizzle-kit would add to those in the repository. */
async function missing(): Promise<readonly string[]> {
  const before = await readdir(join(folder, "drizzle"));
  const place = relative(PROJECT, folder);
  const args = ["generate", "--dialect", "postgresql", "--schema", `${place}/schema`];
  await promisify(execFile)(
    join(PROJECT, "node_modules/.bin/drizzle-kit"),
    [...args, "--out", `${place}/drizzle`],
    { cwd: PROJECT },
  );
  const after = await readdir(join(folder, "drizzle"));
  return after.filter((name) => !before.includes(name));
}

test("the migrations make the schema that the code describes: nothing is left to generate", async () => {
  expect(await missing()).toEqual([]);
});

test("a column that no migration makes is noticed", async () => {
  const schema = await readFile(join(folder, "schema", "ledger.ts"), "utf8");
  const [first] = /ops\.table\(\s*"\w+",\s*\{/.exec(schema) ?? [];
  expect(first).toBeDefined();
  await writeFile(
    join(folder, "schema", "ledger.ts"),
    schema.replace(first ?? "", `${first} planted: text("planted"),`),
  );
  expect(await missing()).toHaveLength(1);
});
