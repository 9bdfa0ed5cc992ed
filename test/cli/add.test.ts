import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Proposal } from "../../src/pipeline/home/add-publication.ts";
import { type Home, makeHome } from "../support/home.ts";
import { closeServers } from "../support/serve.ts";
import { html, type Site, site } from "../support/site.ts";

const CONFIG = `# Mine; keep this line.
publications:
  beds: # and this
    name: "Beds"
    folder:   inbox

# The end.
`;

const WAITS = html(
  "Clinic waits, 2025",
  `<h2>Clinic waits</h2><ul>
   <li><a href="/f/waits-2025-11.xlsx">November 2025 (XLSX)</a> <a href="/f/waits-2025-11.csv">November 2025 (CSV)</a>
   <li><a href="/f/waits-2025-10.xlsx">October 2025</a> <li><a href="/f/notes-2025-11.pdf">Notes</a>
   <li><a href="/f/lookup.csv">Lookup of clinics</a>
   <li><a href="/f/metadata-2025-11.xlsx">Metadata</a>
   <li>Clinic waits December 2025: not yet published</ul>`,
);

const SETTINGS = "fetch: { allow_private: true, retries: 0, page_pause_ms: 0 }\n";

let home: Home;
let served: Site;

beforeEach(async () => {
  served = await site({ "/waits": WAITS, "/empty": html("Nothing", "<p>None.</p>") });
  home = await makeHome(CONFIG);
  await home.write("config/settings.yaml", SETTINGS);
});
afterEach(() => home.remove("."));
afterAll(closeServers);

const entry = (base: string, code = "clinic_waits"): string => `  ${code}:
    name: Clinic waits
    landing_page: ${base}/waits
    frequency: monthly
    url: discover
    files:
      exclude: [lookup.csv]
      prefer: [xlsx]
`;

describe("canonry add", () => {
  test("the entry on stdout; what was found, and what was left out with its reason, on stderr", async () => {
    const ran = await home.run("add", `${served.base}/waits`);
    expect(ran.stdout).toBe(`publications:\n${entry(served.base)}`);
    expect(ran.code).toBe(0);
    for (const line of [
      /^1 pages looked at, 3 files or announcements, 5 links left out\.$/m,
      /^2025-10 +found +waits-2025-10.xlsx +October 2025 +by its own words$/m,
      /^2025-11 +found +waits-2025-11.xlsx /m,
      /^2025-12 +not published +Clinic w.* announced, not yet published$/m,
      /^ {2}2025-11 waits-2025-11.csv "November 2025 .CSV.": twin: the same table as waits-2025-11.xlsx, which is taken$/m,
      /^ {2}lookup.csv "Lookup of clinics": no period: the page speaks of 2025, and waits-2025-11.xlsx on it of 2025-11$/m,
      /^ {2}2025-11 metadata-2025-11.xlsx "Metadata": supporting: its words say metadata$/m,
      /^ {2}2025-11 notes-2025-11.pdf "Notes": document: a pdf file holds no table to load$/m,
    ]) {
      expect(ran.stderr).toMatch(line);
    }
    expect(served.asked).toEqual(["/waits"]);
    expect(await home.read("config/publications.yaml")).toBe(CONFIG);
  });

  test("--json has everything, --pub names it", async () => {
    const seen = await home.json<Proposal & Proposal["discovery"]>(
      "add",
      `${served.base}/waits`,
      "--pub",
      "waits",
    );
    expect(seen.code).toBe("waits");
    expect(seen.entry).toMatchObject({ url: "discover", frequency: "monthly" });
    expect(seen.links).toHaveLength(8);
    expect(seen.pages).toHaveLength(1);
  });

  test("--write appends it, comments and all else as they were; what is written is valid", async () => {
    const ran = await home.run("add", `${served.base}/waits`, "--pub", "waits", "--write");
    expect([ran.code, ran.stderr]).toEqual([
      0,
      expect.stringContaining("canonry plan --pub waits"),
    ]);
    const written = await home.read("config/publications.yaml");
    expect(written).toBe(`${CONFIG}\n${entry(served.base, "waits")}`);
    expect((await home.run("config")).stdout).toMatch(/publications\.waits\.landing_page/);
  });

  test("a file that is written otherwise is merged, comments kept", async () => {
    await home.write(
      "config/publications.yaml",
      "# Mine.\npublications: { beds: { name: Beds, folder: inbox } }\n",
    );
    expect((await home.run("add", `${served.base}/waits`, "--write")).code).toBe(0);
    const written = await home.read("config/publications.yaml");
    expect(written).toMatch(/^# Mine\./);
    expect((await home.run("config")).stdout).toMatch(
      /beds\.folder[\s\S]*clinic_waits\.landing_page/,
    );
  });

  test.each([
    ["its code", "beds", "called beds"],
    ["its landing page", "others", "/waits, first"],
  ])("a publication that exists is refused by %s, and the file stays", async (_by, code, what) => {
    if (code === "others")
      await home.run("add", `${served.base}/waits`, "--pub", "first", "--write");
    const before = await home.read("config/publications.yaml");
    const ran = await home.run("add", `${served.base}/waits`, "--pub", code, "--write");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("PUBLICATION_EXISTS");
    expect(ran.stderr).toContain(what);
    expect(await home.read("config/publications.yaml")).toBe(before);
  });

  test("a page without a file: exit 6, and nothing is written", async () => {
    const ran = await home.run("add", `${served.base}/empty`, "--write");
    expect([ran.code, ran.stderr]).toEqual([6, expect.stringContaining("PERIOD_CONFLICT")]);
    expect(await home.read("config/publications.yaml")).toBe(CONFIG);
  });

  test.each<[string, string, number, string]>([
    ["a local file", "file:///etc/hosts", 2, "URL_SCHEME"],
    ["no address", "www.example.org/waits", 2, "URL_SCHEME"],
    ["a page that is gone", "/gone", 5, "DOWNLOAD_FAILED: the server answered 404"],
  ])("%s is a clear error", async (_name, url, code, message) => {
    const address = url.startsWith("/") ? `${served.base}${url}` : url;
    const ran = await home.run("add", address);
    expect([ran.code, ran.stdout]).toEqual([code, ""]);
    expect(ran.stderr).toContain(message);
  });

  test("a private address is refused unless it is meant, and a code must be one", async () => {
    await home.remove("config/settings.yaml");
    const ran = await home.run("add", `${served.base}/waits`);
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining("URL_PRIVATE_ADDRESS")]);
    const wrong = await home.run("add", `${served.base}/waits`, "--pub", "No Code");
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("NAME_INVALID")]);
  });

  test("it works without a home, and then cannot write", async () => {
    await home.remove("config");
    const env = { CANONRY_FETCH_ALLOW_PRIVATE: "true" };
    const { MAIN } = await import("../support/home.ts");
    const ran = await home.spawn([MAIN, "add", `${served.base}/waits`], env);
    expect([ran.code, ran.stdout]).toEqual([0, `publications:\n${entry(served.base)}`]);
    const write = await home.spawn([MAIN, "add", `${served.base}/waits`, "--write"], env);
    expect([write.code, write.stderr]).toEqual([2, expect.stringContaining("CONFIG_MISSING")]);
  });
});
