import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { BackfillReport } from "../../src/model/report.ts";
import type { Home } from "../support/home.ts";
import { rowsAt } from "../support/rows-at.ts";
import { SeriesServer } from "../support/series.ts";

const CONFIG = "publications:\n  big:\n    name: Big\n    folder: inbox\n";
const HEADER = ["id", "day", "org_code", "org_name", "attendances", "mean_wait", "filler"];
const ROWS = 90_000;

/** Over 8 MiB of records: clean, or with every text in quotes. */
function csv(quoted: boolean): string {
  const text = (value: string): string => (quoted ? `"${value}"` : value);
  const lines = [HEADER.join(",")];
  for (let at = 0; at < ROWS; at++) {
    const day = `2025-01-${String((at % 28) + 1).padStart(2, "0")}`;
    const empty = at % 10 === 0 ? "" : String(at % 977);
    const name = text(`Organisation ${at % 200} NHS Foundation Trust for the whole of the county`);
    lines.push(
      [
        at + 1,
        day,
        text(`R${(at % 200) + 100}`),
        name,
        empty,
        (at % 9999) / 100,
        text("Nothing to see"),
      ].join(","),
    );
  }
  return `${lines.join("\n")}\n`;
}

let server: SeriesServer;
beforeAll(async () => {
  server = await SeriesServer.start();
});
afterAll(() => server.close());
const homes: Home[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await home.close();
});

async function loaded(content: string): Promise<{ home: Home; digest: unknown }> {
  const home = await server.makeHome(CONFIG);
  homes.push(home);
  await home.write("inbox/big-2025-01.csv", content);
  const report = await home.json<BackfillReport>("backfill");
  expect(report.releases.map((one) => one.status)).toEqual(["loaded"]);
  const rows = await rowsAt(
    await home.address(),
    `select count(*)::int as rows, md5(string_agg(t, '|' order by t)) as digest, (select key from ops.load) as key
       from (select (to_jsonb(b) - '_load_id')::text as t from bronze.big b) s`,
  );
  return { home, digest: rows[0] };
}

test("a plain CSV and the same in quotes give the same table, rows, key and no second vintage", async () => {
  const plain = await loaded(csv(false));
  const quoted = await loaded(csv(true));
  expect(plain.digest).toEqual(quoted.digest);
  expect(plain.digest).toMatchObject({ rows: ROWS });
  await plain.home.write("inbox/big-2025-01.csv", csv(true));
  const again = await plain.home.json<BackfillReport>("backfill");
  expect(again.releases[0]).toMatchObject({ status: "unchanged" });
});

test("one record that is not plain is not lost: the file is read as any other", async () => {
  const odd = csv(false)
    .replace("\n777,2025-01-", '\n777,"2025-01-')
    .replace(/\n777,"(2025-01-\d\d),/, '\n777,"$1",');
  const { digest } = await loaded(odd);
  expect(digest).toEqual((await loaded(csv(true))).digest);
});

test("a key that rises is not asked of the table; one that comes twice is, and stops the load", async () => {
  const { home } = await loaded(csv(false));
  const [, second = ""] = csv(false).split("\n");
  await home.write("inbox/big-2025-02.csv", `${csv(false)}${second}\n`);
  const report = await home.json<BackfillReport>("backfill");
  const february = report.releases.find((one) => one.period === "2025-02");
  expect(february?.sources[0]).toMatchObject({ status: "held" });
  expect(february?.sources[0]?.reason).toContain("GRAIN_BROKEN");
});
