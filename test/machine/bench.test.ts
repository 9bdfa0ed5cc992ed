import { execFile } from "node:child_process";
import process from "node:process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { PROJECT } from "../support/home.ts";

/** Each benchmark runs, on little: what it measures is for people to look at. */
test.each([
  ["bench/load-csv.mjs 0.02", ["rows", "copy_ratio", "load_ratio", "peak_mb"]],
  ["bench/load-dirty.mjs 0.02", ["rows", "load_seconds", "pandas_ratio"]],
  ["bench/export.mjs 0.02", ["rows", "psql_csv_ratio", "pandas_ratio", "peak_mb"]],
  ["bench/backup.mjs 0.02", ["create_ratio", "unchanged_ratio", "restore_ratio", "create_peak_mb"]],
  ["bench/no-op.mjs 12", ["releases", "ms_a_release"]],
  ["bench/read-xlsx.mjs 2000", ["reader", "cells_per_second", "ratio"]],
  ["bench/read-csv.mjs 0.02", ["reader", "megabytes", "ratio"]],
])(
  "node %s",
  async (command, keys) => {
    const { stdout } = await promisify(execFile)(process.execPath, command.split(" "), {
      cwd: PROJECT,
    });
    const lines = stdout.trim().split("\n");
    for (const line of lines)
      expect(Object.keys(JSON.parse(line) as object)).toEqual(expect.arrayContaining(keys));
  },
  600_000,
);

test("the memory of the table finder does not grow with the rows of a workbook", async () => {
  const peak = async (rows: number): Promise<number> => {
    const command = ["bench/read-xlsx.mjs", String(rows), "canonry with the finder"];
    const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: PROJECT });
    return (JSON.parse(stdout) as { readonly peak_mb: number }).peak_mb;
  };
  expect(await peak(200_000)).toBeLessThan(200);
  expect(await peak(400_000)).toBeLessThan(200);
}, 300_000);
