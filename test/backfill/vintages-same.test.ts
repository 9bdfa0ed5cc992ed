import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { fromBuffer } from "yauzl";
import { ZipFile } from "yazl";
import type { ReleasePlan } from "../../src/model/manifest/release-plan.ts";
import type { ApplyReport } from "../../src/pipeline/plan/apply.ts";
import { gridXlsx } from "../support/grid.ts";
import { Series, SeriesServer, sheetOf } from "../support/series.ts";
import { STYLES } from "../support/xlsx.ts";

let server: SeriesServer;
let series: Series;
beforeAll(async () => {
  server = await SeriesServer.start();
});
afterEach(() => series.close());
afterAll(() => server.close());

interface Member {
  readonly name: string;
  readonly content: Buffer;
}

function members(zip: Buffer): Promise<readonly Member[]> {
  return new Promise((resolve, reject) => {
    fromBuffer(zip, { lazyEntries: true }, (error, file) => {
      if (error !== null) return reject(error);
      const found: Member[] = [];
      file.on("entry", (entry: { readonly fileName: string }) => {
        file.openReadStream(entry as never, (failed, stream) => {
          if (failed !== null) return reject(failed);
          const chunks: Buffer[] = [];
          stream.on("data", (chunk: Buffer) => chunks.push(chunk));
          stream.on("end", () => {
            found.push({ name: entry.fileName, content: Buffer.concat(chunks) });
            file.readEntry();
          });
        });
      });
      file.on("end", () => resolve(found));
      file.readEntry();
    });
  });
}

/** The same members in this order, with this date, packed or not. */
async function zipped(
  contents: readonly Member[],
  { date, compress }: { readonly date: string; readonly compress: boolean },
): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { name, content } of contents)
    zip.addBuffer(content, name, { mtime: new Date(date), compress });
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const rows = [
  ["A", "North", 10],
  ["B", "South", 20],
  ["C", "West", 30],
] as const;
const table = { headers: ["Code", "Name", "Number"], rows };
const sheet = sheetOf("Activity", table);
const book = gridXlsx([sheet]);
const LATER = { date: "2025-12-24T10:00:00Z", compress: false };
const EARLIER = { date: "2025-01-02T03:04:06Z", compress: true };

const xlsx: Readonly<Record<string, () => Promise<Buffer>>> = {
  "its parts in another order": async () => zipped((await members(book)).toReversed(), EARLIER),
  "other dates, and not packed": async () => zipped(await members(book), LATER),
  "other styles": async () =>
    gridXlsx([sheet], { styles: STYLES.replace("<font><b/></font>", "<font><i/></font>") }),
  "a part more that holds no cell": async () =>
    gridXlsx([sheet], { more: [{ name: "docProps/core.xml", content: "<coreProperties/>" }] }),
};

const text = ["Code,Name,Number", ...rows.map((row) => row.join(","))];
const csv: Readonly<Record<string, string>> = {
  "line ends of another system": `${text.join("\r\n")}\r\n`,
  "a byte order mark, and no last line end": `\ufeff${text.join("\n")}`,
  "every field in quotes": `${text.map((line) => `"${line.replaceAll(",", '","')}"`).join("\n")}\n`,
  semicolons: `${text.join("\n").replaceAll(",", ";")}\n`,
};

/** Written otherwise, the same values. */
const rewritten: Readonly<Record<string, readonly string[]>> = {
  "its rows in another order": [text[0] ?? "", ...text.slice(1).toReversed()],
  "padded numbers": text.map((line) => line.replace(/,(\d+)$/, ", $1 ")),
  "decimals of nothing": text.map((line) => line.replace(/,(\d+)$/, ",$1.0")),
  "its columns in another order": text.map((line) => line.split(",").toReversed().join(",")),
};

/** Loads a file, then another in its place, and expects it to be the same. */
async function same(path: string, first: string | Buffer, other: string | Buffer): Promise<void> {
  expect(Buffer.from(other).equals(Buffer.from(first))).toBe(false);
  series = await Series.make(server);
  for (const [content, status] of [
    [first, "loaded"],
    [other, "unchanged"],
  ] as const) {
    await series.home.write(path, content);
    const { exit, releases } = await series.backfill();
    expect([exit, releases[0]?.status]).toEqual([0, status]);
  }
  expect(await series.rows("select vintage, is_current from ops.load")).toEqual([
    { vintage: 1, is_current: true },
  ]);
}

describe("the same content in other bytes is no new vintage", () => {
  test.each(Object.entries(xlsx))("a workbook with %s", async (_what, make) => {
    await same("inbox/trusts-2025-01.xlsx", book, await make());
  });

  test.each(Object.entries(csv))("a CSV with %s", async (_what, content) => {
    await same("inbox/trusts-2025-01.csv", `${text.join("\n")}\n`, content);
  });

  test.each(Object.entries(rewritten))("a CSV with %s", async (_what, lines) => {
    await same("inbox/trusts-2025-01.csv", `${text.join("\n")}\n`, `${lines.join("\n")}\n`);
    const again = await series.backfill();
    expect(again.releases.map((one) => one.status)).toEqual(["unchanged"]);
    expect((await series.home.run("verify", "--deep")).code).toBe(0);
  });

  test("but a type that a person gives is in force at once: the table is shaped anew", async () => {
    series = await Series.make(server);
    await series.home.write("inbox/trusts-2025-01.csv", `${text.join("\n")}\n`);
    await series.backfill();
    const path = "manifests/canonical/trusts/trusts_canonical.yaml";
    const manifest = await series.home.read(path);
    const edited = manifest.replace(/type: bigint/, "type: numeric\n        type_by: person");
    expect(edited).not.toBe(manifest);
    await series.home.write(path, edited);
    expect((await series.backfill()).exit).toBe(0);
    expect(
      await series.rows(
        "select data_type from information_schema.columns where table_schema = 'bronze' and column_name = 'number'",
      ),
    ).toEqual([{ data_type: "numeric" }]);
  });

  test("a ZIP with its files in another order and of other dates", async () => {
    const files = [
      { name: "trusts.csv", content: Buffer.from(`${text.join("\n")}\n`) },
      { name: "readme.txt", content: Buffer.from("See the notes.") },
    ];
    const again = await zipped(files.toReversed(), LATER);
    await same("inbox/trusts-2025-01.zip", await zipped(files, EARLIER), again);
  });
});

describe("a plan", () => {
  /** A figure for the first code; the rows in their order, or the other way round. */
  const lines = (figure: number, isReversed = false): string => {
    const own = [`A,North,${figure}`, "B,South,20", "C,West,30"];
    return `${["Code,Name,Number", ...(isReversed ? own.toReversed() : own)].join("\n")}\n`;
  };

  test("sees what is the same, also beside what widens the table, and beside another issue", async () => {
    series = await Series.make(server);
    const publish = (name: string, content: string): Promise<void> =>
      series.home.write(`inbox/trusts-${name}.csv`, content);
    for (const period of ["2025-01", "2025-02", "2025-03"]) await publish(period, lines(10));
    await series.backfill();
    await publish("2025-01", lines(10.5));
    await publish("2025-02", lines(10, true));
    await publish("2025-03", lines(10, true));
    await publish("2025-03-revised", lines(11));
    await publish("2025-04", lines(12));
    await publish("2025-04-final", lines(12, true));
    const path = join(series.home.path, "plan.json");
    expect((await series.home.run("plan", "--out", path)).code).toBe(0);
    const plan = JSON.parse(await series.home.read("plan.json")) as ReleasePlan;
    const planned = plan.publications.flatMap(({ releases }) =>
      releases.map(({ period, actions }) => [
        period,
        actions.map(({ verdict, load }) => [verdict, load?.vintage]),
      ]),
    );
    expect(planned).toEqual([
      ["2025-01", [["load", 2]]],
      ["2025-02", [["unchanged", undefined]]],
      ["2025-03", [["load", 2]]],
      ["2025-04", [["load", 1]]],
    ]);
    const applied = await series.home.json<ApplyReport>("apply", path);
    expect(applied.backfill.releases.map((one) => one.status)).toEqual([
      ...["loaded", "unchanged", "loaded", "loaded"],
    ]);
    expect(
      await series.rows(
        "select period, max(vintage) as vintages, count(*)::int as loads from ops.load group by 1 order by 1",
      ),
    ).toEqual([
      { period: "2025-01", vintages: 2, loads: 2 },
      { period: "2025-02", vintages: 1, loads: 1 },
      { period: "2025-03", vintages: 2, loads: 2 },
      { period: "2025-04", vintages: 1, loads: 1 },
    ]);
    expect((await series.home.run("apply", path)).stdout).toContain("is done already");
  });
});
