import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { afterAll, describe, expect, test } from "vitest";
import type { Discovery } from "../../src/model/discovery.ts";
import { discover } from "../../src/stages/acquire/discovery/discover.ts";
import { CORPUS, corpusFiles } from "../support/corpus.ts";
import { PROJECT } from "../support/home.ts";
import { MemoryWorld } from "../support/ledger.ts";
import { closeServers, serve } from "../support/serve.ts";

/**
 * Checked by eye against the pages: state, period and name of each link to a table, the number of
 * documents, the pages that are followed. CANONRY_WRITE_EXPECTED=1 writes it anew: read the difference.
 */
const EXPECTED = join(PROJECT, "test/machine/discovery.expected.json");

interface Expected {
  readonly links: readonly string[];
  readonly documents: number;
  readonly follow: readonly string[];
}

/** Pages by host and address, as the manifest of the corpus tells where they were saved from. */
function savedPages(): ReadonlyMap<string, { readonly path: string; readonly url: URL }> {
  const manifest = readFileSync(join(CORPUS, "MANIFEST.csv"), "utf8");
  const origins = new Map(
    [...manifest.matchAll(/^[^,]*,[^,]*,([^,\n]+\.html?),.* <- (https:\/\/[^,"\n]+)/gm)].map(
      ([, path = "", url = ""]) => [path, url],
    ),
  );
  return new Map(
    corpusFiles(/\.html?$/i).map((path) => {
      const [, host = "", ...rest] = path.split("/");
      const url = origins.get(path) ?? `https://${host}/${rest.join("/")}`;
      return [path, { path, url: new URL(url) }];
    }),
  );
}

const pages = savedPages();
const bases = new Map<string, string>();
afterAll(closeServers);

/** One server a host; absolute addresses of saved hosts lead to their servers. */
async function start(): Promise<void> {
  for (const host of new Set([...pages.values()].map(({ url }) => url.host))) {
    const base = await serve((request, response) => {
      const wanted = plain(request.url ?? "");
      const page = [...pages.values()].find(
        ({ url }) => url.host === host && plain(`${url.pathname}${url.search}`) === wanted,
      );
      if (page === undefined) response.writeHead(404).end();
      else {
        response.writeHead(200, { "content-type": "text/html" }).end(rewritten(page.path));
      }
    });
    bases.set(host, base);
  }
}

const plain = (path: string): string => decodeURIComponent(path).replace(/\/+$/, "").toLowerCase();

function rewritten(path: string): Buffer {
  let text = readFileSync(join(CORPUS, path), "latin1");
  for (const [host, base] of bases) text = text.replaceAll(`https://${host}`, base);
  return Buffer.from(text, "latin1");
}

async function look(path: string, mostPages: number): Promise<Discovery> {
  const { url } = pages.get(path) ?? { url: new URL("https://nowhere.example") };
  const landingPage = `${bases.get(url.host) ?? ""}${url.pathname}${url.search}`;
  const input = { landingPage, name: "", files: { include: [], exclude: [] }, mostPages };
  return discover(input, new MemoryWorld().needs());
}

function summary(found: Discovery): Expected {
  const path = (text: string): string => decodeURIComponent(new URL(text).pathname);
  return {
    links: found.links
      .filter((link) => link.state !== "document")
      .map((link) => `${link.state} ${link.period ?? "-"} ${link.name || link.text}`),
    documents: found.links.filter((link) => link.state === "document").length,
    follow: found.unseen.map(path),
  };
}

/** Landing pages of which the corpus holds release pages too. */
const TWO_LEVELS = [
  "_landing-pages/gov.wales/notifications-deaths-residents-related-covid-19-adult-care-homes.html",
  "_landing-pages/www.gov.scot/collections_homelessness-statistics.html",
];

describe("every saved page of the corpus, served on loopback", () => {
  test("links and periods are those that were checked by eye", async () => {
    await start();
    expect(pages.size).toBeGreaterThan(60);
    const found: Record<string, Expected> = {};
    for (const path of pages.keys()) {
      const one = await look(path, 1);
      expect(one.pages[0]?.failure, path).toBeNull();
      found[path] = summary(one);
    }
    for (const path of TWO_LEVELS) {
      const whole = await look(path, 60);
      found[`${path}, two levels`] = {
        ...summary(whole),
        follow: whole.pages.map(
          ({ url, failure }) => `${new URL(url).pathname}${failure === null ? "" : " missing"}`,
        ),
      };
    }
    if (process.env["CANONRY_WRITE_EXPECTED"] === "1") {
      await writeFile(EXPECTED, `${JSON.stringify(found, null, 2)}\n`);
    }
    expect(found).toEqual(JSON.parse(readFileSync(EXPECTED, "utf8")));
  });
});
