import { afterEach, beforeEach, expect, test } from "vitest";
import type { LinkRecord } from "../../src/model/link.ts";
import type { PublicationConfig } from "../../src/model/publication.ts";
import { apply, linkKey, plan, survey } from "../../src/stages/acquire/index.ts";
import { MemoryWorld } from "../support/ledger.ts";
import { closeServers } from "../support/serve.ts";
import { type Site, site } from "../support/site.ts";

const OLD = "Code,Number\nA,1\n";
const NEW = "Code,Number\nA,2\n";

let world: MemoryWorld;
let web: Site;
let publication: PublicationConfig;

beforeEach(async () => {
  world = new MemoryWorld();
  web = await site({ "/a.csv": OLD });
  const urls = [{ period: "2025-11", url: `${web.base}/a.csv` }];
  publication = {
    code: "a",
    name: "A",
    urls,
    recheck_days: 35,
    drift: { default: "evolve" },
    tables: [],
  } as unknown as PublicationConfig;
});
afterEach(closeServers);

/** Fetches what is planned; content that was purged is dropped by the store. */
async function acquire(purged: readonly string[] = [], force = false): Promise<LinkRecord> {
  const needs = world.needs();
  const input = { publication, force, wants: () => true };
  await apply(plan(await survey(input, needs)), {
    ...needs,
    putArtifact: async (chunks, options) => {
      const stored = await needs.putArtifact(chunks, options);
      if (!purged.includes(stored.sha256)) return stored;
      world.artifacts.delete(stored.sha256);
      return { ...stored, dropped: "purged by Ada on 2026-01-10: small numbers" };
    },
  });
  const [link] = [...world.links.values()];
  if (link === undefined) throw new Error("no link was recorded");
  return link;
}

/** The link after a purge of what it led to. */
async function purgedLink(): Promise<{ readonly link: LinkRecord; readonly content: string }> {
  const first = await acquire();
  const link: LinkRecord = { ...first, status: "purged", detail: "purged by Ada: small numbers" };
  world.links.set(linkKey(link), link);
  world.artifacts.clear();
  world.passDays(1);
  return { link, content: first.sha256 ?? "" };
}

test("a link to purged content is no loss: it is only asked whether there is something newer", async () => {
  const { content } = await purgedLink();
  const link = await acquire([content]);
  expect(web.asked).toEqual(["/a.csv", "/a.csv 304"]);
  expect(link).toMatchObject({ status: "purged", sha256: content });
  expect(link.detail).toBe("purged by Ada: small numbers");
});

test("the same bytes again are dropped, and the link says why", async () => {
  const { content } = await purgedLink();
  const link = await acquire([content], true);
  expect(web.asked).toEqual(["/a.csv", "/a.csv"]);
  expect(link).toMatchObject({ status: "purged", sha256: content });
  expect(link.detail).toContain("on 2026-01-10");
  expect(world.artifacts.size).toBe(0);
});

test("other bytes are another file", async () => {
  const { content } = await purgedLink();
  web.pages["/a.csv"] = NEW;
  const link = await acquire([content]);
  expect(link).toMatchObject({ status: "fetched", detail: null });
  expect([...world.artifacts.values()].map(String)).toEqual([NEW]);
});

test("a link that fails afterwards leads to nothing, and heals", async () => {
  const { content } = await purgedLink();
  web.pages["/a.csv"] = { status: 404 };
  expect(await acquire([content])).toMatchObject({ status: "failed", sha256: null });
  web.pages["/a.csv"] = OLD;
  expect(await acquire([content])).toMatchObject({ status: "purged", sha256: content });
  expect(world.artifacts.size).toBe(0);
});
