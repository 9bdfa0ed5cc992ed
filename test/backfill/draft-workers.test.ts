import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DataLayer } from "../../src/data-layer/data-layer.ts";
import { LocalStorage } from "../../src/data-layer/local-storage.ts";
import { Paths } from "../../src/data-layer/paths.ts";
import { bytesOf } from "../../src/model/bytes.ts";
import { LIMITS } from "../../src/model/limits.ts";
import { DraftWorkers } from "../../src/pipeline/draft-workers.ts";
import { readFile } from "../../src/stages/draft/index.ts";
import { gridXlsx } from "../support/grid.ts";
import { type Home, makeHome } from "../support/home.ts";
import { monthOf, sheetOf } from "../support/series.ts";

describe("files read on other cores", () => {
  let home: Home;
  let data: DataLayer;
  let workers: DraftWorkers;
  beforeEach(async () => {
    home = await makeHome("publications: {}\n");
    data = new DataLayer(new Paths(home.path), new LocalStorage(home.path));
    workers = new DraftWorkers(home.path);
  });
  afterEach(async () => {
    await workers.close();
    await home.close();
  });
  const stored = async (content: Buffer): Promise<string> =>
    (await data.putArtifact(Readable.from([content]), { maxBytes: 1e9 })).sha256;

  test("are seen as they are here, more of them than there are cores", async () => {
    const contents = Array.from({ length: 6 }, (_none, at) =>
      gridXlsx([sheetOf("Activity", monthOf(at + 1, 40 + at))]),
    );
    const options = { limits: LIMITS, guides: [] };
    const asked = await Promise.all(
      contents.map(async (content) => ({ sha256: await stored(content), file: "a.xlsx", content })),
    );
    const seen = await Promise.all(
      asked.map(({ sha256, file }) => workers.read({ sha256, file, ...options })),
    );
    for (const [at, { sha256, file, content }] of asked.entries()) {
      expect(seen[at]).toEqual(await readFile({ sha256, file }, bytesOf(file, content), options));
    }
  });

  test("a file that cannot be read is refused as it is here, and the next one is read", async () => {
    const broken = await stored(gridXlsx([sheetOf("Activity", monthOf(1))]).subarray(0, 900));
    const sound = await stored(Buffer.from("Ward,Beds\nNorth,1\nSouth,2\n"));
    const read = (sha256: string, file: string) =>
      workers.read({ sha256, file, limits: LIMITS, guides: [] });
    await expect(read(broken, "a.xlsx")).rejects.toMatchObject({ code: "ARCHIVE_CORRUPT" });
    expect((await read(sound, "a.csv")).regions).toHaveLength(1);
    await expect(read("0".repeat(64), "gone.csv")).rejects.toMatchObject({ code: "FILE_MISSING" });
  });

  test("what is read when they are closed is interrupted, and nothing is read afterwards", async () => {
    const rows = Array.from({ length: 60_000 }, (_none, at) => `Ward ${at},${at},"a b"`);
    const sha256 = await stored(Buffer.from(`Ward,Beds,Note\n${rows.join("\n")}\n`));
    const request = { sha256, file: "a.csv", limits: LIMITS, guides: [] };
    const reading = workers.read(request);
    const refused = expect(reading).rejects.toMatchObject({ code: "INTERRUPTED" });
    await workers.close();
    await refused;
    await expect(workers.read(request)).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});
