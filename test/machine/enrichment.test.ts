import { readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import type { ReleaseManifest } from "../../src/model/manifest/manifest.ts";
import { enrich } from "../../src/stages/enrich/index.ts";
import { CORPUS, corpusFiles } from "../support/corpus.ts";
import { draftOf } from "../support/draft.ts";

const LARGEST_FILE = 1_000_000;

async function enriched(path: string): Promise<ReleaseManifest> {
  const draft = await draftOf(readFileSync(join(CORPUS, path)), basename(path));
  return enrich(draft, null).document;
}

test("real workbooks: who describes how many of their columns, without a model", async () => {
  const files = corpusFiles(/\.xlsx$/).filter(
    (path) => !path.startsWith("peer-") && statSync(join(CORPUS, path)).size < LARGEST_FILE,
  );
  const counts = { files: 0, tables: 0, listedTitles: 0, about: 0, columns: 0, units: 0 };
  const by: Record<string, number> = { publisher: 0, rule: 0, none: 0 };
  for (const path of files) {
    const { regions, about } = await enriched(path);
    counts.files++;
    counts.about += Object.keys(about ?? {}).length;
    for (const region of regions) {
      counts.tables++;
      if (region.said_in !== undefined) counts.listedTitles++;
      for (const column of region.columns.filter((one) => one.role !== "period")) {
        const who = column.said_by ?? "none";
        counts.columns++;
        by[who] = (by[who] ?? 0) + 1;
        if (column.unit_by !== undefined) counts.units++;
        expect(column.description === undefined).toBe(column.said_by === undefined);
        if (who === "publisher") expect(column.said_in).toMatch(/, row \d+$/);
      }
    }
  }
  process.stdout.write(`${JSON.stringify({ ...counts, ...by })}\n`);
  expect(counts.files).toBeGreaterThan(50);
  expect(counts.listedTitles).toBeGreaterThan(15);
  expect(counts.about).toBeGreaterThan(50);
  expect(by["publisher"]).toBeGreaterThan(400);
  expect(by["rule"]).toBeGreaterThan(450);
});
