import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderCoverage } from "../../src/cli/render-coverage.ts";
import type { PublicationCoverage } from "../../src/inquiry/coverage.ts";
import { type CalendarFacts, calendarOf } from "../../src/model/period/calendar.ts";
import { parsePeriod, periodsBetween } from "../../src/model/period/period.ts";
import { type Home, makeHome } from "../support/home.ts";
import { closeServers, serve } from "../support/serve.ts";

const span = (first: string, last: string): readonly string[] => {
  const [from, to] = [parsePeriod(first), parsePeriod(last)];
  return from === null || to === null ? [] : periodsBetween(from, to).map((one) => one.text);
};

function publication(
  code: string,
  frequency: CalendarFacts["frequency"],
  periods: readonly string[],
  more: Readonly<Record<string, string>> = {},
): PublicationCoverage {
  const releases = periods.map((period) => ({
    period,
    status: more[period] ?? "loaded",
    arrived: "2026-01-01",
    gone: more[period] === "gone",
  }));
  const facts = { frequency, lag_days: null, from: null, to: null, releases, today: "2025-10-20" };
  return { publication: code, name: code, details: {}, ...calendarOf(facts) };
}

const plain = { colour: false, width: 100 };

describe("the grid", () => {
  const monthly = [
    publication("beds", "monthly", span("2024-11", "2025-08"), {
      "2025-02": "partial",
      "2025-03": "failed",
      "2025-06": "gone",
    }),
    publication("waits", "monthly", ["2024-12", "2025-01", "2025-04"]),
  ];

  test("publications x months under years and initials, newest right, with a legend that counts", () => {
    expect(renderCoverage(monthly, plain).split("\n")).toEqual([
      "              24  2025",
      "              N D J F M A M J J A S O",
      "beds          ■ ■ ■ P F ■ ■ W ■ ■ · ·",
      "waits           ■ ■ ! ! ■ ! ! ! · · ·",
      "",
      "■ 10 loaded   P 1 partial   F 1 failed   W 1 withdrawn   ! 5 overdue   · 5 expected",
      "",
      "Look at:",
      "  beds 2025-02 partial",
      "  beds 2025-03 failed",
      "  beds 2025-06 withdrawn",
      "  waits 2025-02 to 2025-07 overdue: 5 periods, the first expected by 2025-04-29",
    ]);
  });

  test("colours only where they are asked for, and the same text without them", () => {
    const coloured = renderCoverage(monthly, { ...plain, colour: true });
    expect(coloured).toContain("\u001b[1;31m!\u001b[0m");
    expect(coloured.replace(/\u001b\[[\d;]*m/g, "")).toBe(renderCoverage(monthly, plain));
  });

  test("weeks, quarters, years and no rhythm stand in blocks of their own", () => {
    const text = renderCoverage(
      [
        publication("flu", "weekly", span("2025-W30", "2025-W40")),
        publication("fin", "quarterly", ["FY2024-25-Q2", "FY2024-25-Q4"]),
        publication("audit", "annual", ["FY2021-22", "FY2023-24"]),
        publication("survey", null, ["2019", "2024-05"]),
      ],
      plain,
    );
    expect(text.split("\n\n").slice(0, 4)).toEqual([
      [
        "              2025",
        "              J A         S       O",
        "flu           ■ ■ ■ ■ ■ ■ ■ ■ ■ ■ ■ · · ·",
      ].join("\n"),
      [
        "              24-25    25-26",
        "              Q2 Q3 Q4 Q1 Q2 Q3",
        "fin           ■  !  ■  !  ·  ·",
      ].join("\n"),
      [
        "              21-22 22-23 23-24 24-25 25-26",
        "audit         ■     !     ■     !     ·",
      ].join("\n"),
      [
        "survey        ■ 2019  ■ 2024-05",
        "              no frequency is configured, and 2 periods are too few to see one: nothing is expected",
      ].join("\n"),
    ]);
  });

  test.each([40, 60, 80, 100, 200])(
    "no line is wider than a terminal of %i, and the newest stays",
    (width) => {
      const long = [
        publication("beds", "monthly", span("2015-01", "2025-09")),
        publication("flu", "weekly", span("2021-W01", "2025-W41")),
      ];
      const lines = renderCoverage(long, { colour: false, width }).split("\n");
      for (const line of lines) expect([...line].length, line).toBeLessThanOrEqual(width);
      const beds = lines.find((line) => line.startsWith("beds")) ?? "";
      expect(beds.startsWith(`beds${" ".repeat(7)} ‹`)).toBe(true);
      expect(beds.endsWith("■ ·")).toBe(true);
      expect(lines.some((line) => /‹ \d+ earlier/.test(line))).toBe(true);
    },
  );
});

describe("canonry status", () => {
  let home: Home;

  beforeAll(async () => {
    let gone = false;
    const site = await serve((request, response) => {
      const there = request.url === "/a.csv" && !gone;
      response.writeHead(there ? 200 : 410).end(there ? "Code,Number\nA,1\nB,2\n" : "");
    });
    const list = (...lines: string[]): string => lines.map((line) => `      - ${line}\n`).join("");
    home = await makeHome(
      `publications:
  beds:
    name: Beds
    frequency: monthly
    urls:
${list("{period: 2025-01, url: inbox/1.csv}", "{period: 2025-03, url: inbox/1.csv}")}
  gone:
    name: Gone
    recheck_days: 100
    urls:
${list(`{period: 2025-05, url: "${site}/a.csv"}`)}`,
    );
    await home.write("config/settings.yaml", "fetch: {allow_private: true, retries: 0}\n");
    await home.write("inbox/1.csv", "Code,Number\nA,1\nB,2\n");
    expect((await home.run("backfill")).code).toBe(0);
    gone = true;
    await home.run("backfill", "--force");
  });
  afterAll(async () => {
    await closeServers();
    await home.close();
  });

  test("shows the grid; without colour where nobody looks at a terminal", async () => {
    const { stdout, code } = await home.run("status");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^beds {8,}.*■ ! ■/m);
    expect(stdout).toContain("withdrawn: ");
    expect(stdout).not.toContain("\u001b");
  });

  test("--fail-on exits 3 with a line for each period, and 0 where none is so", async () => {
    const late = await home.run("status", "-p", "beds", "--fail-on", "overdue");
    expect(late.code).toBe(3);
    expect(late.stderr).toContain("beds 2025-02 overdue: expected by 2025-04-29");
    expect((await home.run("status", "--fail-on", "held,quarantined")).code).toBe(0);
    const gone = await home.run("status", "--fail-on", "overdue,withdrawn", "-p", "gone");
    expect(gone.code).toBe(3);
    expect(gone.stderr).toContain("gone 2025-05 withdrawn");
    expect((await home.run("status", "--fail-on", "late")).code).toBe(2);
    expect((await home.run("status", "-p", "nobody")).code).toBe(2);
  });

  test("--list is the table of releases, --json is both", async () => {
    expect((await home.run("status", "--list")).stdout).toMatch(/^beds +2025-01 +loaded +1 +2 /m);
    const both = await home.json<{
      calendars: { publication: string; cells: { period: string; status: string }[] }[];
      releases: { publication: string; period: string }[];
    }>("status");
    expect(both.releases.map((one) => one.period)).toEqual(["2025-01", "2025-03", "2025-05"]);
    expect(both.calendars[0]?.cells.slice(0, 3).map((one) => one.status)).toEqual([
      "loaded",
      "overdue",
      "loaded",
    ]);
  });
});
