import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BackfillReport } from "../../src/model/report.ts";
import { type Home, makeHome, PROJECT, type Ran } from "../support/home.ts";
import { SeriesServer } from "../support/series.ts";

const CONFIG = `publications:
  counts:
    name: Counts
    folder: inbox
`;
const GOOD = "Code,Name,Number\n001,North,10\n002,South,20\n";

describe("bad configuration: the error names file, line and key, and nothing is made", () => {
  let home: Home;
  beforeAll(async () => {
    home = await makeHome(CONFIG);
  });
  afterAll(() => home.close());

  const refused = async (text: string): Promise<Ran> => {
    await home.write("config/publications.yaml", text);
    const ran = await home.run("backfill");
    expect(ran.code).toBe(2);
    expect(await home.snapshot("data", "manifests", "tmp")).toEqual({});
    return ran;
  };

  test.each([
    [
      "an unknown key",
      `${CONFIG}    colour: red\n`,
      /CONFIG_INVALID: there is no such key.*line 5.*colour/s,
    ],
    [
      "a wrong type",
      CONFIG.replace("Counts", "[1]"),
      /CONFIG_INVALID.*line 3.*publications\.counts\.name/s,
    ],
    [
      "a key that stands twice",
      `${CONFIG}    name: Again\n`,
      /CONFIG_INVALID.*name stands twice.*line 5/s,
    ],
    ["a code that is none", CONFIG.replace("counts:", "../../etc:"), /NAME_INVALID/],
    [
      "a period that is none",
      `${CONFIG}    periods: { from: summary }\n`,
      /PERIOD_INVALID.*line 5/s,
    ],
    [
      "a variable that is not set",
      CONFIG.replace("inbox", "$" + "{NO_SUCH_FOLDER}"),
      /CONFIG_INVALID.*NO_SUCH_FOLDER/,
    ],
    ["no YAML", "publications: [", /CONFIG_INVALID/],
  ])("%s", async (_what, text, message) => {
    expect((await refused(text)).stderr).toMatch(message);
  });

  test("no configuration at all", async () => {
    await home.remove("config");
    const ran = await home.run("backfill");
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining("CONFIG_MISSING")]);
  });

  test("an unknown command or option", async () => {
    expect((await home.run("backfil")).code).toBe(2);
    expect((await home.run("backfill", "--fast")).code).toBe(2);
    expect((await home.run("backfill", "--period", "summary")).code).toBe(2);
  });
});

describe("bad files: each is quarantined with its reason, the good period stays as it was", () => {
  let server: SeriesServer;
  let home: Home;
  beforeAll(async () => {
    server = await SeriesServer.start();
    home = await server.makeHome(CONFIG);
    await home.write("inbox/counts-2025-01.csv", GOOD);
    expect((await home.run("backfill")).code).toBe(0);
  });
  afterAll(async () => {
    await home.close();
    await server.close();
  });

  const workbook = (): Promise<Buffer> =>
    readFile(join(PROJECT, "examples/demo/published/clinic-waits/clinic-waits-2024-12.xlsx"));

  const tried = async (name: string, content: string | Uint8Array): Promise<BackfillReport> => {
    await home.write(`inbox/${name}`, content);
    const report = await home.json<BackfillReport>("backfill");
    await home.remove(`inbox/${name}`);
    return report;
  };

  const expectRefusal = (report: BackfillReport, code: string): void => {
    expect(report.exit).toBe(6);
    const bad = report.releases.find((one) => one.status !== "unchanged");
    expect(bad?.status).toBe("quarantined");
    expect(bad?.left_out.join("\n")).toContain(code);
    expect(report.releases.filter((one) => one.status === "unchanged")).toHaveLength(1);
  };

  test("an encrypted workbook", async () => {
    const ole = Buffer.concat([
      Buffer.from("d0cf11e0a1b11ae1", "hex"),
      Buffer.alloc(600),
      Buffer.from("EncryptedPackage", "utf16le"),
      Buffer.alloc(4000),
    ]);
    expectRefusal(await tried("a-2025-02.xlsx", ole), "WORKBOOK_ENCRYPTED");
  });

  test("a login page saved as a workbook", async () => {
    expectRefusal(
      await tried("b-2025-02.xlsx", "<!DOCTYPE html><html><body>Log in"),
      "FORMAT_MISMATCH",
    );
  });

  test("a truncated ZIP", async () => {
    const whole = await workbook();
    expectRefusal(
      await tried("c-2025-02.xlsx", whole.subarray(0, whole.length - 300)),
      "ARCHIVE_CORRUPT",
    );
  });

  test("a byte of a workbook that fell over", async () => {
    const whole = Buffer.from(await workbook());
    const at = whole.indexOf("xl/worksheets/sheet2.xml") + 200;
    whole.writeUInt8((whole.readUInt8(at) + 1) % 256, at);
    expectRefusal(await tried("d-2025-02.xlsx", whole), "ARCHIVE_CORRUPT");
  });

  test("a CSV with NUL bytes", async () => {
    expectRefusal(await tried("e-2025-02.csv", `${GOOD}\u0000`), "CSV_ENCODING");
  });

  test("a CSV with a quote that never closes", async () => {
    expectRefusal(await tried("f-2025-02.csv", `${GOOD}003,"West,30\n`), "CSV_UNCLOSED_QUOTE");
  });

  test("noise", async () => {
    const noise = Buffer.concat([Buffer.from("%PDF-1.7"), randomBytes(100)]);
    expectRefusal(await tried("g-2025-02.csv", noise), "FORMAT_MISMATCH");
  });

  test("text among numbers holds the source, and is not guessed", async () => {
    const odd =
      "Code,Name,Number\n001,North,10\n002,South,twenty\n003,West,30\n004,East,40\n005,Mid,50\n";
    const report = await tried(
      "counts-2025-03.csv",
      odd.replace("twenty", "see the note about this"),
    );
    expect(report.exit).toBe(4);
    expect(report.releases.at(-1)?.sources[0]?.reason).toMatch(/number/i);
  });

  test("a file that is gone is a configuration error, and the loaded period stays", async () => {
    await home.write(
      "config/publications.yaml",
      `${CONFIG.replace("folder: inbox", "urls:")}      - { period: 2025-01, url: inbox/counts-2025-01.csv }\n      - { period: 2025-05, url: inbox/none.csv }\n`,
    );
    const report = await home.json<BackfillReport>("backfill");
    expect(report.exit).toBe(2);
    expect(report.releases.map((one) => one.status)).toEqual(["unchanged", "failed"]);
    expect(report.releases[1]?.reason).toContain("FILE_MISSING");
    await home.write("config/publications.yaml", CONFIG);
  });
});

describe("the database is not there", () => {
  test("an address where nobody answers: exit 7, and nothing is written", async () => {
    const home = await makeHome(CONFIG);
    try {
      await home.write("inbox/counts-2025-01.csv", GOOD);
      const ran = await home.run(
        "--database-url",
        "postgresql://nobody@127.0.0.1:9/none",
        "backfill",
      );
      expect(ran.code).toBe(7);
      expect(ran.stderr).toContain("DATABASE_UNAVAILABLE");
      expect(await home.snapshot("data", "manifests", "tmp")).toEqual({});
    } finally {
      await home.close();
    }
  });

  test("connections that are cut in the middle of a load: exit 7, nothing committed, then all is well", async () => {
    const home = await makeHome(CONFIG);
    try {
      await home.write("inbox/counts-2025-01.csv", GOOD);
      const script = join(PROJECT, "test/support/cut-connections.mjs");
      const ran = await home.spawn([script], { CANONRY_HOME: home.path });
      const report = JSON.parse(ran.stdout) as BackfillReport;
      expect(report.exit).toBe(7);
      expect(report.releases[0]?.reason).toContain("DATABASE_LOST");
      const { releases } = await home.json<{ releases: { rows_data: number }[] }>("status");
      expect(releases.reduce((sum, one) => sum + one.rows_data, 0)).toBe(0);
      expect((await home.run("backfill")).code).toBe(0);
    } finally {
      await home.close();
    }
  });
});
