import { execFile } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { ERRORS } from "../../src/model/errors.ts";
import { CORPUS, corpusFiles } from "../support/corpus.ts";
import { PROJECT } from "../support/home.ts";

interface Cost {
  readonly code: number;
  readonly seconds: number;
  readonly mb: number;
}

interface Inspected {
  readonly error?: { readonly code: string };
}

/** A hang, not slowness: the machine may be busy. */
const SECONDS = 60;
const MEGABYTES = 512;

async function inspect(path: string): Promise<{ cost: Cost; seen: Inspected | null }> {
  const script = join(PROJECT, "test/machine/cost_of.py");
  const command = [process.execPath, join(PROJECT, "dist/cli/main.js"), "inspect", "--json", path];
  const { stdout } = await promisify(execFile)(
    "/usr/bin/python3",
    [script, String(SECONDS), ...command],
    { maxBuffer: 1 << 28 },
  );
  const lines = stdout.trim().split("\n");
  const cost = JSON.parse(lines.at(-1) ?? "") as Cost;
  return { cost, seen: lines.length < 2 ? null : (JSON.parse(lines[0] ?? "") as Inspected) };
}

describe("every real workbook is read or refused, in bounded time and memory", () => {
  const costs: (Cost & { readonly file: string })[] = [];
  const refused: Record<string, number> = {};

  afterAll(() => {
    const most = (what: "seconds" | "mb"): string[] =>
      costs
        .toSorted((a, b) => b[what] - a[what])
        .slice(0, 3)
        .map((one) => `${one.seconds.toFixed(1)} s, ${one.mb.toFixed(0)} MB: ${one.file}`);
    console.log("slowest", most("seconds"), "largest", most("mb"), "refused", refused);
  });

  test.each(corpusFiles(/\.(?:xlsx|xlsm|xls|xlsb|ods|zip)$/i))("%s", async (file) => {
    const { cost, seen } = await inspect(join(CORPUS, file));
    costs.push({ ...cost, file });
    const code = seen?.error?.code;
    if (code !== undefined) {
      expect(Object.keys(ERRORS)).toContain(code);
      refused[code] = (refused[code] ?? 0) + 1;
    }
    expect(cost.code).toBe(code === undefined ? 0 : 6);
    expect(cost.mb).toBeLessThanOrEqual(MEGABYTES);
  });

  test("the corpus was there", () => {
    expect(costs.length).toBeGreaterThan(200);
  });
});
