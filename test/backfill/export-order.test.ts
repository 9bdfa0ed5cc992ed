import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { BackfillReport } from "../../src/model/report.ts";
import type { Home } from "../support/home.ts";
import { SeriesServer } from "../support/series.ts";

const CONFIG = `publications:
  counts:
    name: Counts
    folder: inbox
`;

describe("the rows of an export have one order", () => {
  let server: SeriesServer;
  beforeAll(async () => {
    server = await SeriesServer.start();
  });
  afterAll(() => server.close());
  const homes: Home[] = [];
  afterEach(async () => {
    for (const home of homes.splice(0)) await home.close();
  });

  const exported = async (...arrivals: readonly (readonly string[])[]): Promise<string> => {
    const home = await server.makeHome(CONFIG);
    homes.push(home);
    for (const periods of arrivals) {
      for (const period of periods) {
        const rows = Array.from({ length: 400 }, (_, at) => `C${999 - at},Place ${at},${at}\\t\\`);
        const text = ["Code,Name,Remark", ...rows, `C000,${period},`].join("\n");
        await home.write(`inbox/counts-${period}.csv`, text);
      }
      const report = await home.json<BackfillReport>("backfill");
      expect(report.exports.map((one) => one.status)).toEqual(["written"]);
    }
    const files = await home.snapshot("data/exports");
    return files["data/exports/counts.parquet"] ?? "none";
  };

  test("by period, then as published, whatever came first; equal data, equal bytes", async () => {
    const inTurn = await exported(["2025-01"], ["2025-02"], ["2025-03"]);
    expect(inTurn).not.toBe("none");
    expect(await exported(["2025-03"], ["2025-01", "2025-02"])).toBe(inTurn);
  });
});
