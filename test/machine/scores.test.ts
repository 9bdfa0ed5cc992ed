import { execFile } from "node:child_process";
import process from "node:process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { PROJECT } from "../support/home.ts";

interface Scores {
  readonly truth: Readonly<
    Record<"exactShare" | "exactWithTotalsShare" | "silent" | "flagged", number>
  >;
  readonly fuste: Readonly<Record<"f100" | "files" | "filesSilent" | "filesFlagged", number>>;
  readonly pollock: { readonly equalShare: number };
}

/** The floors below which what is seen must not fall again. */
describe("what is seen in real files, against answer keys that people made", () => {
  let scores: Scores;
  beforeAll(async () => {
    const run = promisify(execFile);
    const args = ["scripts/score.mjs", "--dry-run"];
    const { stdout } = await run(process.execPath, args, { cwd: PROJECT });
    scores = JSON.parse(stdout) as Scores;
  });

  test("sheets of real publications: exact, and none silently wrong", () => {
    expect(scores.truth.exactShare).toBeGreaterThanOrEqual(0.97);
    expect(scores.truth.exactWithTotalsShare).toBeGreaterThanOrEqual(0.92);
    expect(scores.truth.silent).toBe(0);
  });

  test("FUSTE: tables to the cell, few silent, few flagged", () => {
    expect(scores.fuste.f100).toBeGreaterThanOrEqual(0.88);
    expect(scores.fuste.filesSilent / scores.fuste.files).toBeLessThanOrEqual(0.06);
    expect(scores.fuste.filesFlagged / scores.fuste.files).toBeLessThanOrEqual(0.1);
  });

  test("Pollock: broken CSV files as their clean versions", () => {
    expect(scores.pollock.equalShare).toBeGreaterThanOrEqual(0.98);
  });
});
