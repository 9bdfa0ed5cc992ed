import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { examine, fix } from "../../src/pipeline/upkeep/doctor.ts";
import { ailments, outsideOf } from "../support/doctor.ts";
import { type Home, makeHome } from "../support/home.ts";

const MANIFEST = "manifests/canonical/beds/beds_canonical.yaml";
/** The home has no database: what git says needs none. */
const NEW = "DATABASE_NEW data/database: none was made yet";

let home: Home;
beforeEach(async () => {
  home = await makeHome("publications:\n  beds:\n    name: Beds\n    folder: inbox\n");
  await home.write(MANIFEST, "version: 1\n");
});
afterEach(() => home.close());

const git = (folder: string, ...args: readonly string[]) =>
  promisify(execFile)("git", ["-C", folder, ...args]);

async function found(): Promise<readonly string[]> {
  return ailments(await examine(outsideOf(home)));
}

test("a checkout that keeps manifests and leaves out data is as it should be", async () => {
  await git(home.path, "init", "-q");
  const { stderr } = await home.run("init", home.path);
  expect(stderr).toContain(".gitignore");
  for (const path of ["data/acquire/ab/x", "tmp/manifests/x"]) await home.write(path, "x");
  await git(home.path, "add", ".");
  const { stdout } = await git(home.path, "ls-files");
  expect(stdout.split("\n")).toEqual(
    expect.arrayContaining([MANIFEST, "config/publications.yaml"]),
  );
  expect(stdout).not.toMatch(/^(?:data|tmp)\//m);
  await home.remove("data");
  await home.remove("tmp");
  expect(await found()).toEqual([NEW]);
});

test("ignored manifests and tracked data are found; tracked strays are left where they are", async () => {
  await git(home.path, "init", "-q");
  await home.write(".gitignore", "/manifests/\n");
  await home.write("data/state/state.json", "{}");
  await home.write("kept.log", "x");
  await home.write("tmp_mixed/kept.txt", "x");
  await home.write("tmp_mixed/other.txt", "x");
  await git(home.path, "add", "-f", "data/state/state.json", "kept.log", "tmp_mixed/kept.txt");
  const index = await home.read(".git/index");
  expect((await found()).slice(0, 4)).toEqual([
    "STRAY_KEPT kept.log: a log in the root of the home; git tracks it",
    "STRAY_KEPT tmp_mixed: something temporary in the root of the home; git tracks it",
    `MANIFESTS_IGNORED ${MANIFEST}: git ignores it`,
    "DATA_TRACKED data/: git tracks a file of it, such as data/state/state.json",
  ]);
  expect((await fix(outsideOf(home))).moved).toEqual([]);
  expect(await home.read(".git/index")).toBe(index);
});

test("a home within a larger repository may be left out of it: a note", async () => {
  await git(home.path, "init", "-q");
  await home.write("inner/config/publications.yaml", await home.read("config/publications.yaml"));
  await home.write(`inner/${MANIFEST}`, "version: 1\n");
  await home.write(".gitignore", "inner/manifests/\n");
  const seen = await examine({
    ...outsideOf(home),
    flags: { home: `${home.path}/inner` },
  });
  expect(seen.findings.find((one) => one.code === "MANIFESTS_IGNORED")).toMatchObject({
    result: "note",
    where: MANIFEST,
  });
});
