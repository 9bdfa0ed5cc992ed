import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DataLayer } from "../../src/data-layer/data-layer.ts";
import { Paths } from "../../src/data-layer/paths.ts";
import { copyLine } from "../../src/formats/parquet.ts";
import { writeParquet } from "../../src/pipeline/projections/write-parquet.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "canonry-parquet-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

test("where the engine fails before it reads a line, the lines are ended and no file is left", async () => {
  let ended = false;
  async function* lines(): AsyncGenerator<Buffer> {
    try {
      for (let at = 0; ; at++) yield Buffer.from(copyLine([at, "x".repeat(1000)]));
    } finally {
      ended = true;
    }
  }
  // A name that stands twice is refused before the file is opened.
  const column = { name: "code", type: "text" } as const;
  const order = { key: null, ascending: [], leftOut: [], inOrder: false };
  const rows = { columns: [column, column], ...order, lines };
  const written = writeParquet(new DataLayer(new Paths(home)), "codes.parquet", rows, 1);
  await expect(written).rejects.toThrow(/EXPORT_FAILED|duplicate|already/i);
  expect(ended).toBe(true);
  const left = await readdir(home, { recursive: true, withFileTypes: true });
  expect(left.filter((one) => one.isFile())).toEqual([]);
});
