import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Discovery, FoundLink } from "../../src/model/discovery.ts";
import { type DiscoverInput, discover } from "../../src/stages/acquire/discovery/discover.ts";
import { MemoryWorld } from "../support/ledger.ts";
import { closeServers } from "../support/serve.ts";
import { html, type Site, type SitePage, site } from "../support/site.ts";

let world: MemoryWorld;
let served: Site;

beforeEach(() => {
  world = new MemoryWorld();
});
afterEach(closeServers);

async function look(
  pages: Record<string, SitePage>,
  more: Partial<DiscoverInput> = {},
): Promise<Discovery> {
  served = await site(pages);
  return again(more);
}

function again(more: Partial<DiscoverInput> = {}): Promise<Discovery> {
  const input = {
    landingPage: `${served.base}/waits`,
    name: "Clinic waits",
    files: { include: [], exclude: [] },
    mostPages: 50,
    ...more,
  };
  return discover(input, world.needs());
}

/** State, period and name of each link; documents are left out. */
function shown(found: Discovery): readonly string[] {
  return found.links
    .filter((link) => link.state !== "document")
    .map((link) => `${link.state} ${link.period ?? "-"} ${link.name || link.text}`);
}

/** The one link of a page that holds this content. */
async function only(content: string, title = "Clinic waits"): Promise<FoundLink> {
  const found = await look({ "/waits": html(title, content) });
  const [link, ...others] = found.links.filter((one) => one.name !== "privacy.pdf");
  expect(others).toEqual([]);
  if (link === undefined) throw new Error("no link was found");
  return link;
}

const file = (name: string, text = "Download"): string => `<a href="/f/${name}">${text}</a>`;

describe("where the period of a file is read", () => {
  test.each<[string, string, string]>([
    ["its name", file("GPAD_Summary_November_2025.xlsx"), "2025-11"],
    ["its name, URL-decoded first", file("PCNW%20November%202025.csv"), "2025-11"],
    ["its name, escaped twice", file("Waits%2520November%25202025.csv"), "2025-11"],
    ["the words of the link", file("a.csv", "Waits, November 2025 (CSV, 2 KB)"), "2025-11"],
    ["its title", '<a href="/f/a.csv" title="Waits November 2025">Data</a>', "2025-11"],
    ["its aria-label", '<a href="/f/a.csv" aria-label="Waits Q3 2025">Data</a>', "2025-Q3"],
    [
      "the picture in it",
      '<a href="/f/a.csv"><img alt="November 2025" src="x.png"></a>',
      "2025-11",
    ],
    [
      "the nearest heading",
      `<h2>October 2025</h2><h2>November 2025</h2>${file("a.csv")}`,
      "2025-11",
    ],
    [
      "a bold line",
      `<p><strong>November 2025</strong></p><ul><li>${file("a.csv")}</ul>`,
      "2025-11",
    ],
    ["a term", `<dl><dt>November 2025</dt><dd>${file("a.csv")}</dd></dl>`, "2025-11"],
    ["a caption", `<table><caption>2025-26</caption><tr><td>${file("a.csv")}</table>`, "FY2025-26"],
    ["a summary", `<details><summary>2024-25</summary>${file("a.csv")}</details>`, "FY2024-25"],
    ["its list item", `<ul><li>Waits in November 2025: ${file("a.csv")}</ul>`, "2025-11"],
    [
      "the row",
      `<table><tr><th>Month<th>File<tr><th>November 2025<td>${file("a.csv")}</table>`,
      "2025-11",
    ],
    [
      "row and column",
      `<table><tr><th>Year<th>November<tr><th>2025<td>${file("a.csv")}</table>`,
      "2025-11",
    ],
    ["an outer list", `<ul><li>2025<ul><li>${file("a.csv", "November")}</ul></ul>`, "2025-11"],
    ["a month, and the year of a heading", `<h2>2025</h2>${file("a.csv", "November")}`, "2025-11"],
    [
      "a quarter in a financial year",
      `<h2>2025-26</h2>${file("q3.csv", "Quarter 3")}`,
      "FY2025-26-Q3",
    ],
    ["March of a financial year", `<h2>2025-26</h2>${file("a.csv", "March")}`, "2026-03"],
    ["a range of days", file("a.csv", "1 March to 10 July 2020"), "2020-03-01..2020-07-10"],
    ["a year at the end of its name", file("deaths2018.xlsx"), "2018"],
    ["a financial year in its name", file("decision-FY2011-12.csv"), "FY2011-12"],
  ])("%s", async (_name, content, period) => {
    expect(await only(content)).toMatchObject({ state: "found", period });
  });

  test("the page itself, its heading and its title", async () => {
    expect(await only(file("a.csv"), "Clinic waits, November 2025")).toMatchObject({
      state: "found",
      period: "2025-11",
    });
  });

  test("the year of a page is no period of a list beside files of months", async () => {
    const found = await look({
      "/waits": html(
        "Clinic waits 2025",
        `${file("codes.csv", "Codes")} ${file("waits-2025-11.csv")}`,
      ),
    });
    expect(shown(found)).toEqual(["found 2025-11 waits-2025-11.csv", "no_period - codes.csv"]);
  });

  test("headings hold within their part of the page", async () => {
    const content = `<section><h2>October 2025</h2><p>Text.</p></section>${file("a.csv")}`;
    expect(await only(content)).toMatchObject({ state: "no_period" });
  });
});

describe("what is no period", () => {
  test.each<[string, string]>([
    ["a date of publication beside it", `<li>${file("a.csv")} Published 13 November 2025</li>`],
    ["a bare day beside it", `<p>${file("a.csv")} (11 November 2020)</p>`],
    ["a date of update in the link", file("a.csv", "Data, last updated: November 2025")],
    ["what began once and goes on", `<li>Flows from 2001-02 to most recent ${file("a.csv")}</li>`],
    ["the folder of the upload", `<a href="/uploads/2025/11/a.csv">Data</a>`],
    ["a month without any year", file("november.csv", "November")],
    ["a year glued to a month", file("clinicnov2018.csv")],
    ["letters of a word", file("decision_summary.csv", "Primary summary")],
    ["a sentence of the page", `<p>${"All about waiting. ".repeat(12)} 2019 ${file("a.csv")}</p>`],
  ])("%s", async (_name, content) => {
    expect(await only(content)).toMatchObject({ state: "no_period", period: null });
  });
});

describe("it refuses where the evidence conflicts, and says what it saw", () => {
  test.each<[string, string, RegExp]>([
    [
      "words and name of the file",
      file("waits-october-2025.csv", "November 2025"),
      /^its own words: 2025-11 and 2025-10$/,
    ],
    [
      "words and heading",
      `<h2>Waits in October 2025</h2>${file("a.csv", "November 2025")}`,
      /^its own words: 2025-11; the heading "Waits in October 2025": 2025-10$/,
    ],
    [
      "two links to one file",
      `<p>${file("a.csv", "October 2025")}</p><p>${file("a.csv", "November 2025")}</p>`,
      /^one link to it speaks of 2025-10, another of 2025-11$/,
    ],
  ])("%s", async (_name, content, reason) => {
    const link = await only(content);
    expect(link).toMatchObject({ state: "conflict", period: null });
    expect(link.reason).toMatch(reason);
  });

  test("release page and the link to it", async () => {
    const found = await look({
      "/waits": html("Clinic waits", '<a href="/waits/nov">Waits, November 2025</a>'),
      "/waits/nov": html("Clinic waits", file("waits-october-2025.csv")),
    });
    expect(found.links.find((link) => link.name.endsWith(".csv"))).toMatchObject({
      state: "conflict",
      reason: 'its own words: 2025-10; the link to the page "2025-11": 2025-11',
    });
  });
});

describe("two levels: landing page, release pages, files", () => {
  const menu = Array.from({ length: 100 }, (_, n) => `<a href="/menu/${n}">Waits ${1950 + n}</a>`);
  const release = (month: string): string =>
    html(`Clinic waits, ${month} 2025`, file(`a-${month}.csv`));

  test("of a hundred menu links none is followed, of the releases each, the newest first", async () => {
    const found = await look({
      "/waits": html(
        "Clinic waits",
        `<p><a href="/about">About us</a> <a href="/contact">Contact 2025</a></p>
         <ul><li><a href="/waits/1">Clinic waits, October 2025</a>
         <li><a href="/waits/2">Clinic waits, November 2025</a></ul>`,
        menu.join(""),
      ),
      "/waits/1": release("October"),
      "/waits/2": release("November"),
    });
    expect(shown(found)).toEqual(["found 2025-11 a-November.csv", "found 2025-10 a-October.csv"]);
    expect(served.asked).toEqual(["/waits", "/waits/2", "/waits/1"]);
    expect(served.mostAtOnce).toBe(1);
  });

  test("series pages of years, each a page of months, each with its files", async () => {
    const year = (of: string): string =>
      html(
        `Clinic waits ${of}`,
        `<a href="/w/${of}/nov">November</a> <a href="/w/${of}/oct">October</a>`,
      );
    const found = await look({
      "/waits": html("Clinic waits", '<a href="/w/2024">2024</a> <a href="/w/2025">2025</a>'),
      "/w/2024": year("2024"),
      "/w/2025": year("2025"),
      "/w/2024/nov": html("Clinic waits", file("a.csv")),
      "/w/2024/oct": html("Clinic waits", file("b.csv")),
      "/w/2025/nov": html("Clinic waits", file("c.csv")),
      "/w/2025/oct": html("Clinic waits", file("d.csv")),
    });
    expect([...shown(found)].sort()).toEqual([
      "found 2024-10 b.csv",
      "found 2024-11 a.csv",
      "found 2025-10 d.csv",
      "found 2025-11 c.csv",
    ]);
    expect(found.pages.map((page) => page.depth)).toEqual([0, 1, 1, 2, 2, 2, 2]);
  });

  test("archives and next pages of a list are followed", async () => {
    const found = await look({
      "/waits": html(
        "Clinic waits",
        '<a href="/old">Previous releases</a> <a href="?page=2">Next</a>',
      ),
      "/waits?page=2": html("Clinic waits", file("waits-2025-02.csv")),
      "/old": html("Earlier", file("waits-2020-01.csv")),
    });
    expect([...shown(found)].sort()).toEqual([
      "found 2020-01 waits-2020-01.csv",
      "found 2025-02 waits-2025-02.csv",
    ]);
  });

  test("another host is not asked, another publication is not followed, files may be anywhere", async () => {
    const found = await look({
      "/waits": html(
        "Clinic waits",
        `<a href="http://127.0.0.1:9/x">Clinic waits November 2025</a>
         <a href="/beds">Hospital beds November 2025</a>
         <a href="http://127.0.0.1:9/waits-2025-11.csv">November</a>`,
      ),
    });
    expect(served.asked).toEqual(["/waits"]);
    expect(shown(found)).toEqual(["found 2025-11 waits-2025-11.csv"]);
  });

  test("pages beyond the limit are told", async () => {
    const links = ["01", "02", "03"].map((mm) => `<a href="/w/${mm}">Waits 2025-${mm}</a>`);
    const pages = Object.fromEntries(["01", "02", "03"].map((mm) => [`/w/${mm}`, html("W", "")]));
    const found = await look(
      { "/waits": html("Clinic waits", links.join(" ")), ...pages },
      { mostPages: 3 },
    );
    expect(served.asked).toEqual(["/waits", "/w/03", "/w/02"]);
    expect(found.unseen).toEqual([`${served.base}/w/01`]);
  });

  test("a release page that fails hides no other", async () => {
    const found = await look({
      "/waits": html(
        "Clinic waits",
        '<a href="/gone">Waits November 2025</a> <a href="/o">Waits October 2025</a>',
      ),
      "/o": release("October"),
    });
    expect(shown(found)).toEqual(["found 2025-10 a-October.csv"]);
    expect(found.pages.map((page) => page.failure)).toEqual([
      null,
      "DOWNLOAD_FAILED: the server answered 404",
      null,
    ]);
  });
});

describe("files in and out", () => {
  const content = [
    file("waits-2025-11.xlsx"),
    file("waits-2025-11.csv"),
    file("waits-2025-11.pdf"),
    file("metadata-2025-11.xlsx"),
    file("b-2025-11.csv", "Pre-release access list"),
    file("beds-2025-11.csv", "Beds"),
  ].join(" ");

  test("twins: the workbook is taken; documents and supporting files are left, each with its reason", async () => {
    const found = await look({ "/waits": html("Clinic waits", content) });
    expect(found.links.map((link) => [link.state, link.name, link.reason])).toEqual([
      ["found", "waits-2025-11.xlsx", "by its own words"],
      ["twin", "waits-2025-11.csv", "the same table as waits-2025-11.xlsx, which is taken"],
      ["found", "beds-2025-11.csv", "by its own words"],
      ["document", "waits-2025-11.pdf", "a pdf file holds no table to load"],
      ["supporting", "metadata-2025-11.xlsx", "its words say metadata"],
      ["supporting", "b-2025-11.csv", "its words say pre-release access list"],
      ["document", "privacy.pdf", "a pdf file holds no table to load"],
    ]);
  });

  test("which of twins is taken can be said", async () => {
    const files = { include: [], exclude: [], prefer: ["csv"] };
    const found = await look({ "/waits": html("Clinic waits", content) }, { files });
    expect(shown(found).slice(0, 2)).toEqual([
      "twin 2025-11 waits-2025-11.xlsx",
      "found 2025-11 waits-2025-11.csv",
    ]);
  });

  test("twins by one label under one heading; two files of one format are no twins", async () => {
    const found = await look({
      "/waits": html(
        "Clinic waits",
        `<h2>November 2025</h2><p>${file("x1.ods", "Waits (ODS, 3 KB)")}</p><p>${file("y.csv", "Waits (CSV, 2 KB)")}</p>
         <p>${file("t1.csv", "Download CSV")} ${file("t2.xlsx", "Download Excel")}</p>
         <p>${file("u1.csv", "Beds")} ${file("u2.csv", "Beds")}</p>`,
      ),
    });
    expect(shown(found)).toEqual([
      "found 2025-11 x1.ods",
      "twin 2025-11 y.csv",
      "found 2025-11 t1.csv",
      "found 2025-11 t2.xlsx",
      "found 2025-11 u1.csv",
      "found 2025-11 u2.csv",
    ]);
  });

  test("patterns: exclude wins, and what is included by name is never left out", async () => {
    const files = { include: ["waits-*.csv", "metadata-*"], exclude: ["*.pdf"] };
    const found = await look({ "/waits": html("Clinic waits", content) }, { files });
    expect(found.links.map((link) => [link.state, link.name])).toEqual([
      ["found", "waits-2025-11.csv"],
      ["found", "metadata-2025-11.xlsx"],
      ["excluded", "waits-2025-11.xlsx"],
      ["excluded", "waits-2025-11.pdf"],
      ["excluded", "b-2025-11.csv"],
      ["excluded", "beds-2025-11.csv"],
      ["excluded", "privacy.pdf"],
    ]);
  });
});

describe("upcoming is a state", () => {
  test.each<[string, string, string]>([
    [
      "a list item without a link",
      "<ul><li>Clinic waits, December 2025: not yet published, expected 15 January 2026</ul>",
      "announced for 2026-01-15, not yet published",
    ],
    [
      "a link under a heading",
      '<h2>Upcoming releases</h2><ul><li><a href="/soon">Clinic waits, December 2025</a></ul>',
      "announced, not yet published",
    ],
    [
      "a row",
      "<table><tr><td>December 2025<td>To be published on 15 January 2026</table>",
      "announced for 2026-01-15, not yet published",
    ],
  ])("%s", async (_name, content, reason) => {
    const found = await look({ "/waits": html("Clinic waits", content) });
    const [link] = found.links.filter((one) => one.state === "not_published");
    expect(link).toMatchObject({ period: "2025-12", reason });
    expect(served.asked).toEqual(["/waits"]);
  });

  test("what has files is published, whatever is announced", async () => {
    const found = await look({
      "/waits": html(
        "Clinic waits",
        `<p>Upcoming: waits, November 2025</p>${file("waits-2025-11.csv")}`,
      ),
    });
    expect(shown(found)).toEqual(["found 2025-11 waits-2025-11.csv"]);
  });
});

describe("addresses", () => {
  test("base, relative, query, fragment, duplicates; what is no address of the web is ignored", async () => {
    const found = await look({
      "/waits": `<html><head><base href="/files/"><title>Clinic waits</title></head><body>
        <a href="a-2025-01.csv">one</a> <a href="../b-2025-02.csv#top">two</a>
        <a href="a-2025-01.csv?inline=true">again</a> <a href='get?uri=/x/c-2025-03.xlsx'>three</a>
        <a href="download/77">March data, 2025-04 (XLSX)</a>
        <a href="data:text/csv,1">d-2025-05.csv</a> <a href="javascript:get('e-2025-06.csv')">x</a>
        <a href="mailto:a@example.org?subject=f-2025-07.csv">mail</a> <a href="#g-2025-08.csv">top</a>
        <a href="ftp://example.org/h-2025-09.csv">ftp</a> <a href="http://[">broken</a>
        <!-- <a href="i-2025-10.csv">hidden</a> --><script>'<a href="j-2025-11.csv">'</script>`,
    });
    expect(found.links.map((link) => link.url.slice(served.base.length))).toEqual([
      "/files/a-2025-01.csv",
      "/b-2025-02.csv",
      "/files/get?uri=/x/c-2025-03.xlsx",
      "/files/download/77",
    ]);
  });

  test("links are relative to where a redirect led", async () => {
    const found = await look({
      "/waits": { status: 302, headers: { location: "/new/portal/" } },
      "/new/portal/": html("Clinic waits", '<a href="waits-2025-11.csv">x</a>'),
    });
    expect(found.links[0]?.url).toBe(`${served.base}/new/portal/waits-2025-11.csv`);
  });

  test("a landing page that is none of the web: URL_SCHEME", async () => {
    served = await site({});
    await expect(again({ landingPage: "file:///etc/passwd" })).rejects.toMatchObject({
      code: "URL_SCHEME",
    });
  });

  test("the folder of a file is no identity: a new hash in its address is the same release", async () => {
    const page = (hash: string): string =>
      html("Clinic waits", `<a href="/${hash}/w-2025-11.csv">x</a>`);
    expect(shown(await look({ "/waits": page("a1b2c3") }))).toEqual([
      "found 2025-11 w-2025-11.csv",
    ]);
    expect(shown(await look({ "/waits": page("d4e5f6") }))).toEqual([
      "found 2025-11 w-2025-11.csv",
    ]);
  });
});

describe("pages through the store", () => {
  const pages = (): Record<string, SitePage> => ({
    "/waits": html("Clinic waits", '<a href="/nov">Clinic waits November 2025</a>'),
    "/nov": html("Clinic waits", file("a.csv")),
  });

  test("an hour goes by without a request, then only what is newer is asked", async () => {
    const first = await look(pages());
    expect(await again()).toEqual(first);
    expect(served.asked).toEqual(["/waits", "/nov"]);
    world.passDays(1);
    expect(await again()).toEqual(first);
    expect(served.asked.slice(2)).toEqual(["/waits 304", "/nov 304"]);
  });

  test("the page of an old release is no longer asked for; the landing page always is", async () => {
    await look(pages());
    world.passDays(36);
    await again();
    expect(served.asked.slice(2)).toEqual(["/waits 304"]);
  });

  test("where the server fails, the copy of an earlier day serves, and it is told", async () => {
    const first = await look(pages());
    world.passDays(1);
    served.pages["/waits"] = { status: 503 };
    const second = await again();
    expect(second.links).toEqual(first.links);
    expect(second.pages[0]?.failure).toMatch(
      /^DOWNLOAD_FAILED: the server answered 503; the copy of /,
    );
  });

  test("a copy that the store lost is fetched whole", async () => {
    const first = await look(pages());
    world.artifacts.clear();
    expect((await again()).links).toEqual(first.links);
    expect(served.asked.slice(2)).toEqual(["/waits", "/nov"]);
  });
});

describe("what is no page", () => {
  const failure = async (page: SitePage): Promise<string | null | undefined> =>
    (await look({ "/waits": page })).pages[0]?.failure;

  test.each<[string, SitePage, RegExp]>([
    [
      "a workbook",
      { headers: { "content-type": "application/vnd.ms-excel" }, body: "PK" },
      /^PAGE_UNREADABLE: .*\/waits is no page but application\/vnd.ms-excel/,
    ],
    ["a CSV file", { body: "a,b\n1,2\n" }, /^PAGE_UNREADABLE: .* holds no element of HTML/],
    ["more bytes than a page has", html("W", "x".repeat(9 << 20)), /^DOWNLOAD_TOO_LARGE: /],
    ["elements without end", `<html>${"<div>".repeat(20_000)}`, /^PAGE_UNREADABLE: .*nest deeper/],
    [
      "links without end",
      `<html>${"<a href=x>x</a>".repeat(6_000)}`,
      /^PAGE_UNREADABLE: .*5000 links/,
    ],
  ])("%s", async (_name, page, reason) => {
    expect(await failure(page)).toMatch(reason);
  });

  test("a page at its limit of bytes is read in one walk, however many its paragraphs", async () => {
    const body = `<html>${"<p>x</p>".repeat(900_000)}<a href="a-2025-11.csv">x</a>`;
    expect(shown(await look({ "/waits": { body } }))).toEqual(["found 2025-11 a-2025-11.csv"]);
  });

  test("broken markup is read as far as it goes", async () => {
    const found = await look({
      "/waits": `<title>Clinic waits<h1>x</title><ul><li>November 2025 <b><a href=a.csv>Data</b><li>October 2025 <a href='b.csv'>Data<table><td>`,
    });
    expect(shown(found)).toEqual(["found 2025-11 a.csv", "found 2025-10 b.csv"]);
  });

  test("a page of windows-1252 that says so, or not", async () => {
    const body = Buffer.from(`<p>1 March \x96 10 July 2020 <a href="a.csv">Data</a></p>`, "latin1");
    const found = await look({ "/waits": { body } });
    expect(found.links[0]?.period).toBe("2020-03-01..2020-07-10");
  });
});
