import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { BackfillReport } from "../../src/model/report.ts";
import type { Home } from "../support/home.ts";
import { SeriesServer } from "../support/series.ts";
import { closeServers } from "../support/serve.ts";
import { html, type Site, site } from "../support/site.ts";
import { oneSheet } from "../support/xlsx.ts";

const csv = (waiting: number): string => `Clinic,Waiting\nNorth,${waiting}\nSouth,${waiting + 1}\n`;

const publications = (base: string, more = ""): string => `publications:
  waits:
    name: Clinic waits
    landing_page: ${base}/waits
    url: discover
${more}`;

let server: SeriesServer;
beforeAll(async () => {
  server = await SeriesServer.start();
});
afterAll(() => server.close());
let home: Home;
let served: Site;

beforeEach(async () => {
  const cells = ["Clinic Waiting", "North 7", "South 8"].map((line, row) => {
    const [name = "", count = ""] = line.split(" ");
    const figure =
      row === 0 ? `<c t="inlineStr"><is><t>${count}</t></is></c>` : `<c><v>${count}</v></c>`;
    return `<row><c t="inlineStr"><is><t>${name}</t></is></c>${figure}</row>`;
  });
  const workbook = oneSheet(`<sheetData>${cells.join("")}</sheetData>`);
  served = await site({
    "/waits": html(
      "Clinic waits",
      `<ul><li><a href="/waits/october-2025">Clinic waits, October 2025</a>
       <li><a href="/waits/november-2025">Clinic waits, November 2025</a></ul>
       <p>Clinic waits, September 2025: <a href="/f/waits-september-2025.csv">CSV</a></p>
       <h2>Upcoming</h2><ul><li>Clinic waits, December 2025, expected 15 January 2026</ul>`,
    ),
    "/waits/october-2025": html(
      "Clinic waits, October 2025",
      '<a href="/f/a1b2/waits-oct-2025.csv">Data</a> <a href="/f/metadata-oct-2025.csv">Metadata</a>',
    ),
    "/waits/november-2025": html(
      "Clinic waits, November 2025",
      '<a href="/f/waits-nov-2025.csv">Data (CSV)</a> <a href="/f/waits-nov-2025.xlsx">Data (Excel)</a>',
    ),
    "/f/waits-september-2025.csv": csv(1),
    "/f/a1b2/waits-oct-2025.csv": csv(3),
    "/f/waits-nov-2025.xlsx": { body: workbook, headers: { etag: '"w"' } },
  });
  home = await server.makeHome(publications(served.base));
  await home.write(
    "config/settings.yaml",
    "fetch: { allow_private: true, retries: 0, page_pause_ms: 0 }\n",
  );
});
afterEach(async () => {
  await home.close();
});
afterAll(closeServers);

async function backfill(...args: readonly string[]): Promise<BackfillReport> {
  return home.json<BackfillReport>("backfill", ...args);
}

const states = (report: BackfillReport): readonly string[] =>
  report.releases.map((one) => `${one.period} ${one.status}: ${one.reason}`);

describe("a publication that is discovered", () => {
  test("its releases are loaded once; the second run asks nothing, a later one only what is newer", async () => {
    const first = await backfill();
    expect(states(first)).toEqual([
      "2025-09 loaded: 1 loaded",
      "2025-10 loaded: 1 loaded",
      "2025-11 loaded: 1 loaded",
      "2025-12 not_published: announced for 2026-01-15, not yet published",
    ]);
    expect([first.exit, first.unplaced, first.unseen]).toEqual([0, [], []]);
    expect(served.asked.filter((one) => one.startsWith("/waits"))).toEqual([
      "/waits",
      "/waits/november-2025",
      "/waits/october-2025",
    ]);
    expect(served.asked.filter((one) => one.startsWith("/f/")).sort()).toEqual([
      "/f/a1b2/waits-oct-2025.csv",
      "/f/waits-nov-2025.xlsx",
      "/f/waits-september-2025.csv",
    ]);

    served.asked.length = 0;
    const second = await backfill();
    expect(second.releases.map((one) => one.status)).toEqual([
      "unchanged",
      "unchanged",
      "unchanged",
      "not_published",
    ]);
    expect([second.exit, served.asked]).toEqual([0, []]);

    const forced = await backfill("--force");
    expect(forced.releases.map((one) => one.status)).toEqual(
      second.releases.map((one) => one.status),
    );
    expect(served.asked.filter((one) => one.startsWith("/waits"))).toEqual([
      "/waits 304",
      "/waits/november-2025 304",
      "/waits/october-2025 304",
    ]);
  });

  test("a file under a new address is the same release; other content is a new vintage", async () => {
    await backfill();
    const moved = (body: string): void => {
      served.pages["/waits/october-2025"] = html(
        "Clinic waits, October 2025",
        '<a href="/f/c3d4/waits-oct-2025-revised.csv">Data, revised</a>',
      );
      served.pages["/f/c3d4/waits-oct-2025-revised.csv"] = { body };
    };
    moved(csv(3));
    const same = await backfill("--force", "--period", "2025-10");
    expect(states(same)).toEqual([expect.stringMatching(/^2025-10 unchanged: /)]);
    moved(csv(40));
    const other = await backfill("--force", "--period", "2025-10");
    expect(states(other)).toEqual(["2025-10 loaded: 1 loaded, 1 of them re-issued"]);
  });

  test("what was upcoming is loaded when it comes", async () => {
    await backfill();
    served.pages["/waits"] = html(
      "Clinic waits",
      '<a href="/f/waits-december-2025.csv">Clinic waits, December 2025</a>',
    );
    served.pages["/f/waits-december-2025.csv"] = csv(9);
    const later = await backfill("--force");
    expect(states(later)).toEqual(["2025-12 loaded: 1 loaded"]);
  });

  test("a page that cannot be read, and a file of no period, are told and change the exit code", async () => {
    served.pages["/waits/october-2025"] = { status: 404 };
    served.pages["/waits/november-2025"] = html(
      "Clinic waits",
      '<a href="/f/list.csv">List, March 2024</a>',
    );
    const report = await backfill();
    expect(report.releases.map((one) => one.period)).toEqual(["2025-09", "2025-12"]);
    expect(report.unseen).toEqual([
      {
        publication: "waits",
        url: `${served.base}/waits/october-2025`,
        reason: "DOWNLOAD_FAILED: the server answered 404",
        exit: 5,
      },
    ]);
    expect(report.unplaced).toEqual([
      {
        url: `${served.base}/f/list.csv`,
        reason: 'its own words: 2024-03; the link to the page "2025-11": 2025-11',
      },
    ]);
    expect(report.exit).toBe(6);
  });

  test("periods bound it, an explicit address states a period that the page does not", async () => {
    served.pages["/waits"] = html(
      "Clinic waits",
      `<a href="/f/x.csv">Data</a> <a href="/f/waits-september-2025.csv">September 2025</a>
       <a href="/f/waits-august-2025.csv">August 2025</a>`,
    );
    served.pages["/f/x.csv"] = csv(5);
    const more = `    periods: { from: 2025-09 }
    urls:
      - { period: 2025-10, url: "${served.base}/f/x.csv" }
`;
    await home.write("config/publications.yaml", publications(served.base, more));
    const report = await backfill();
    expect(states(report)).toEqual(["2025-09 loaded: 1 loaded", "2025-10 loaded: 1 loaded"]);
    expect(report.unplaced).toEqual([]);
  });

  test("without a landing page, or with one that is no address: told, and no other is stopped", async () => {
    await home.write("config/publications.yaml", publications("file:///nowhere"));
    const report = await backfill();
    expect([report.releases, report.exit]).toEqual([[], 2]);
    expect(report.unseen[0]?.reason).toMatch(/^URL_SCHEME: /);
    await home.write(
      "config/publications.yaml",
      "publications: { waits: { name: W, url: discover } }\n",
    );
    const wrong = await home.run("backfill");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("CONFIG_INVALID");
    expect(wrong.stderr).toContain("landing_page");
  });
});
