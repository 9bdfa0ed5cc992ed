import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { painted, plain, renderSheet } from "../../src/cli/render-inspection.ts";
import { inspectFile, inspectSheets } from "../../src/inquiry/inspect/index.ts";
import { MAIN, PROJECT } from "../support/home.ts";

const SAMPLE = join(PROJECT, "examples/demo/published/clinic-waits/clinic-waits-2025-04.xlsx");
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "canonry-inspect-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const inspect = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)(process.execPath, [MAIN, "inspect", ...args], { cwd: folder })).stdout;

/** The line of a sheet's row. */
const lineOf = (text: string, row: number): string =>
  text.split("\n").find((line) => line.startsWith(`${String(row).padStart(6)} `)) ?? "";

test("a sheet is shown row by row with what each was taken for, and why", async () => {
  const text = (await inspect(SAMPLE)).split("sheet Table 1")[1] ?? "";
  expect(lineOf(text, 1)).toContain("t Table 1: Patients waiting");
  expect(lineOf(text, 6)).toMatch(/^ +6 H .*Over 18 weeks/);
  expect(lineOf(text, 7)).toMatch(/^ +7 T England/);
  expect(lineOf(text, 8)).toMatch(/^ +8 d East +00001/);
  expect(lineOf(text, 51)).toContain("n * = fewer than 8");
  expect(text).toContain("⋮  32 rows");
  expect(text).toContain("- row 7 is a total: it is the sum of the 40 rows below");
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(112);
});

test("colours say the same as the signs", async () => {
  const seen = await inspectFile(SAMPLE, folder);
  if (seen.error !== undefined) throw new Error(seen.error.message);
  for await (const grid of inspectSheets(seen, folder, { columns: 20, rows: 50 })) {
    const bare = renderSheet(grid, plain);
    const coloured = renderSheet(grid, painted);
    expect(coloured.replace(/\u001b\[[\d;]*m/g, "")).toBe(bare);
    if (grid.sheet.name === "Table 1") expect(coloured).toContain("\u001b[1;35mT\u001b[0m");
  }
});

test("--html writes one page of all sheets, whole", async () => {
  await inspect(SAMPLE, "--html", "page.html");
  const page = await readFile(join(folder, "page.html"), "utf8");
  expect(page).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  expect(page.match(/<section /g)).toHaveLength(3);
  expect(page).not.toMatch(/<script|src=|href="(?!#)/);
});

test.each([
  [[SAMPLE, "--html", "x.html"], "--html takes one file"],
  [["--rows", "--html", "x.html"], "--html and --rows are different answers"],
  [["--json", "--html", "x.html"], "--json and --html are different answers"],
  [["--json", "--rows"], "--json and --rows are different answers"],
  [["--sheet", "Table 1"], "--sheet and --table choose what --rows prints"],
])("inspect FILE %j is refused: one of them would go unheard", async (flags, said) => {
  const refused = await inspect(SAMPLE, ...flags).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect((refused as { readonly stderr: string }).stderr).toContain(said);
  await expect(readFile(join(folder, "x.html"))).rejects.toMatchObject({ code: "ENOENT" });
});
