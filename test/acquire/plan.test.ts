import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LinkRecord, WantedLink } from "../../src/model/link.ts";
import type { PublicationConfig } from "../../src/model/publication.ts";
import type { Plan } from "../../src/model/stage.ts";
import {
  type AcquireFacts,
  apply,
  type FetchAction,
  plan,
  survey,
} from "../../src/stages/acquire/index.ts";
import { MemoryWorld } from "../support/ledger.ts";
import { PUBLICATION } from "../support/publication.ts";
import { closeServers, serve } from "../support/serve.ts";

const NOW = "2026-01-10T08:00:00.000Z";
const WEB: WantedLink = {
  period: "2025-11",
  url: "https://example.org/a.csv",
  origin: "explicit",
};
const LOCAL: WantedLink = { period: "2025-11", url: "inbox/a.csv", origin: "folder" };

const known = (link: WantedLink, more: Partial<LinkRecord> = {}): LinkRecord => ({
  period: link.period,
  url: link.url,
  status: "fetched",
  sha256: "aa",
  file_name: "a.csv",
  size_bytes: 3,
  etag: '"v1"',
  last_modified: null,
  detail: null,
  checked_at: "2026-01-09T08:00:00.000Z",
  first_fetched_at: "2026-01-01T08:00:00.000Z",
  changed_at: "2026-01-01T08:00:00.000Z",
  ...more,
});

const facts = (more: Partial<AcquireFacts> = {}): AcquireFacts => ({
  wanted: [WEB],
  known: [],
  stamps: new Map(),
  lost: new Set(),
  now: NOW,
  recheck_days: 35,
  force: false,
  ...more,
});

/** What is decided of the one link: to fetch it whole, to ask what is newer, or to leave it. */
function verdict(more: Partial<AcquireFacts>): readonly [string, string] {
  const { todo, skipped } = plan(facts(more));
  expect(todo.length + skipped.length).toBe(1);
  const [one] = todo;
  if (one === undefined) return ["leave", skipped[0]?.reason ?? ""];
  return [one.action.conditional ? "ask" : "fetch", one.reason];
}

function frozen<Value>(value: Value): Value {
  if (value instanceof Map || value instanceof Set || typeof value !== "object") return value;
  for (const part of Object.values(value ?? {})) frozen(part);
  return Object.freeze(value);
}

describe("what is decided of an address of the web", () => {
  test.each<[string, LinkRecord | null, Partial<AcquireFacts>, string, string]>([
    ["unknown", null, {}, "fetch", "a new link"],
    ["fetched yesterday", known(WEB), {}, "ask", "looked at again for 35 days"],
    [
      "looked at 59 minutes ago",
      known(WEB, { checked_at: "2026-01-10T07:01:00.000Z" }),
      {},
      "leave",
      "as it was when looked at 2026-01-10T07:01:00.000Z",
    ],
    [
      "looked at an hour ago",
      known(WEB, { checked_at: "2026-01-10T07:00:00.000Z" }),
      {},
      "ask",
      "looked at again for 35 days",
    ],
    [
      "out of its window",
      known(WEB),
      { recheck_days: 9 },
      "leave",
      "fetched 2026-01-01T08:00:00.000Z, and no longer looked at again",
    ],
    [
      "in its window by a moment",
      known(WEB),
      { recheck_days: 9.001 },
      "ask",
      "looked at again for 9.001 days",
    ],
    [
      "fetched long ago, changed lately",
      known(WEB, { first_fetched_at: "2020-01-01T00:00:00.000Z" }),
      {},
      "ask",
      "looked at again for 35 days",
    ],
    [
      "never to be looked at again",
      known(WEB),
      { recheck_days: 0 },
      "leave",
      "fetched 2026-01-01T08:00:00.000Z, and no longer looked at again",
    ],
    [
      "failed before any content",
      known(WEB, { status: "failed", sha256: null }),
      {},
      "fetch",
      "it failed before",
    ],
    [
      "failed after some content",
      known(WEB, { status: "failed" }),
      { recheck_days: 0 },
      "ask",
      "it failed before",
    ],
    [
      "not published yesterday",
      known(WEB, { status: "not_published", sha256: null }),
      { recheck_days: 0 },
      "fetch",
      "it was not published yet",
    ],
    [
      "not published a minute ago",
      known(WEB, { status: "not_published", sha256: null, checked_at: "2026-01-10T07:59:00.000Z" }),
      {},
      "leave",
      "not published yet when looked at 2026-01-10T07:59:00.000Z",
    ],
    [
      "lost by the store",
      known(WEB),
      { lost: new Set(["aa"]), recheck_days: 0 },
      "fetch",
      "the store lost it",
    ],
    ["asked for", known(WEB), { force: true, recheck_days: 0 }, "fetch", "asked for"],
    [
      "known of another period only",
      known({ ...WEB, period: "2025-10" }),
      {},
      "fetch",
      "a new link",
    ],
  ])("%s", (_name, record, more, what, reason) => {
    expect(verdict({ known: record === null ? [] : [record], ...more })).toEqual([what, reason]);
  });
});

describe("what is decided of a local file", () => {
  const stamp = (text: string | null): Partial<AcquireFacts> => ({
    wanted: [LOCAL],
    stamps: new Map([[LOCAL.url, text]]),
  });
  const record = known(LOCAL, { etag: "3-1", checked_at: "2026-01-10T07:59:59.000Z" });

  test.each<[string, LinkRecord | null, Partial<AcquireFacts>, string, string]>([
    ["unknown", null, stamp("3-1"), "fetch", "a new file"],
    ["as it was", record, { ...stamp("3-1"), recheck_days: 0 }, "leave", "the file is as it was"],
    ["of another time, a second later", record, stamp("3-2"), "ask", "the file changed"],
    [
      "as it was, but failed",
      { ...record, status: "failed" },
      stamp("3-1"),
      "ask",
      "the file changed",
    ],
    ["gone", record, stamp(null), "ask", "the file is gone"],
    [
      "gone before",
      { ...record, status: "failed" },
      stamp(null),
      "leave",
      "the file is still missing",
    ],
    [
      "lost by the store",
      record,
      { ...stamp("3-1"), lost: new Set(["aa"]) },
      "fetch",
      "the store lost it",
    ],
    ["asked for", record, { ...stamp("3-1"), force: true }, "fetch", "asked for"],
  ])("%s", (_name, one, more, what, reason) => {
    expect(verdict({ known: one === null ? [] : [one], ...more })).toEqual([what, reason]);
  });
});

describe("the plan is pure", () => {
  test("it changes no fact, and says the same again", () => {
    const given = frozen(
      facts({
        wanted: [WEB, LOCAL, { ...WEB, period: "2025-12" }],
        known: [known(WEB)],
        stamps: new Map([[LOCAL.url, "3-1"]]),
        lost: new Set(["bb"]),
      }),
    );
    const first = plan(given);
    expect(plan(given)).toEqual(first);
    expect([...given.stamps]).toEqual([[LOCAL.url, "3-1"]]);
    expect([...given.lost]).toEqual(["bb"]);
  });

  test("it keeps the order of what is wanted, and speaks of every link", () => {
    const wanted = ["2025-12", "2025-10", "2025-11"].map((period) => ({ ...WEB, period }));
    const made = plan(facts({ wanted }));
    expect(made.todo.map((one) => one.key)).toEqual(
      wanted.map((one) => `${one.period} ${one.url}`),
    );
  });
});

describe("law: after apply, a new plan is empty", () => {
  let world: MemoryWorld;

  beforeEach(() => {
    world = new MemoryWorld();
  });

  afterEach(closeServers);

  async function planned(
    publication: Partial<PublicationConfig>,
    force = false,
  ): Promise<Plan<FetchAction>> {
    const input = { publication: { ...PUBLICATION, ...publication }, force, wants: () => true };
    return plan(await survey(input, world.needs()));
  }

  /** Fetches, shows that nothing is left to do, and gives what was done and why. */
  async function settle(
    publication: Partial<PublicationConfig>,
    force = false,
  ): Promise<readonly (readonly [string, LinkRecord])[]> {
    const made = await planned(publication, force);
    const records = await apply(made, world.needs());
    expect(records).toHaveLength(made.todo.length);
    expect((await planned(publication)).todo).toEqual([]);
    return made.todo.map((one, n) => [one.reason, records[n] as LinkRecord]);
  }

  test("local files: new, changed, gone, back again", async () => {
    const inbox = { folder: "inbox" };
    world.write("inbox/a-2025-11.csv", "one");
    world.write("inbox/a-2025-12.csv", "two");
    expect((await settle(inbox)).map(([reason]) => reason)).toEqual(["a new file", "a new file"]);

    world.write("inbox/a-2025-11.csv", "three", 2);
    world.passDays(400);
    const [changed] = await settle(inbox);
    expect(changed).toEqual([
      "the file changed",
      expect.objectContaining({
        status: "fetched",
        first_fetched_at: NOW,
        changed_at: world.needs().now(),
        size_bytes: 5,
        etag: "5-2",
        file_name: "a-2025-11.csv",
      }),
    ]);

    world.write("inbox/a-2025-11.csv", "three", 3); // touched: looked at, and not another content
    const [touched] = await settle(inbox);
    expect(touched?.[1]).toMatchObject({ changed_at: changed?.[1].changed_at, etag: "5-3" });

    world.files.delete("inbox/a-2025-11.csv");
    expect(await settle(inbox)).toEqual([]); // a folder wants what stands in it
    world.write("inbox/a-2025-11.csv", "three", 3);
    expect(await settle(inbox)).toEqual([]);
  });

  test("a named file that is missing fails once, and is fetched when it comes", async () => {
    const named = { urls: [{ period: "2025-11", url: "file:in/a.csv" }] };
    const [missing] = await settle(named);
    expect(missing?.[1]).toMatchObject({ status: "failed", sha256: null });
    expect(missing?.[1].detail).toMatch(/^FILE_MISSING: /);
    world.write("in/a.csv", "one");
    const [come] = await settle(named);
    expect(come?.[1]).toMatchObject({ status: "fetched", detail: null, file_name: "a.csv" });
    world.files.delete("in/a.csv");
    const [gone] = await settle(named);
    expect(gone).toEqual([
      "the file is gone",
      expect.objectContaining({ status: "failed", sha256: come?.[1].sha256 }),
    ]);
    world.write("in/a.csv", "one");
    expect((await settle(named))[0]?.[1].status).toBe("fetched");
  });

  test("http: new, unchanged, replaced in place, out of the window", async () => {
    let text = "one";
    const asked: (string | undefined)[] = [];
    const base = await serve((request, response) => {
      asked.push(request.headers["if-none-match"]);
      const etag = `"${text}"`;
      if (request.headers["if-none-match"] === etag) response.writeHead(304).end();
      else response.writeHead(200, { etag }).end(text);
    });
    const named = { urls: [{ period: "2025-11", url: `${base}/a.csv` }], recheck_days: 10 };
    const [first] = await settle(named);
    world.passDays(1);
    const [same] = await settle(named);
    expect(same?.[1]).toEqual({ ...first?.[1], checked_at: world.needs().now() });
    text = "two";
    world.passDays(8);
    const [other] = await settle(named);
    expect(other?.[1]).toMatchObject({ etag: '"two"', first_fetched_at: NOW });
    expect(other?.[1].changed_at).toBe(world.needs().now());
    expect(world.artifacts.size).toBe(2);
    world.passDays(9); // the change opened the window again
    expect(await settle(named)).toHaveLength(1);
    world.passDays(1);
    expect(await settle(named)).toEqual([]);
    expect(asked).toEqual([undefined, '"one"', '"one"', '"two"']);
  });

  test("Last-Modified serves where there is no ETag", async () => {
    const time = "Fri, 09 Jan 2026 08:00:00 GMT";
    const base = await serve((request, response) => {
      if (request.headers["if-modified-since"] === time) response.writeHead(304).end();
      else response.writeHead(200, { "last-modified": time }).end("one");
    });
    const named = { urls: [{ period: "2025-11", url: `${base}/a.csv` }] };
    const [first] = await settle(named);
    world.passDays(1);
    expect((await settle(named))[0]?.[1].sha256).toBe(first?.[1].sha256);
  });

  test("scheduled: not published is a state, and no failure", async () => {
    let published = false;
    const base = await serve((request, response) => {
      if (published || request.url === "/2025-11.csv") response.writeHead(200).end(request.url);
      else response.writeHead(404).end();
    });
    const scheduled = {
      url: `${base}/{yyyy}-{mm}.csv`,
      periods: { from: "2025-11", lag_days: 5 },
    };
    const first = await settle(scheduled);
    expect(first.map(([, link]) => [link.period, link.status, link.detail])).toEqual([
      ["2025-11", "fetched", null],
      ["2025-12", "not_published", "the server answered 404"],
    ]);
    published = true;
    world.passDays(1);
    const second = await settle(scheduled);
    expect(second.map(([reason, link]) => [reason, link.status])).toEqual([
      ["looked at again for 35 days", "fetched"],
      ["it was not published yet", "fetched"],
    ]);
  });

  test("a scheduled release that was there and is taken away is a failure", async () => {
    let status = 200;
    const base = await serve((_request, response) => response.writeHead(status).end("one"));
    const scheduled = {
      url: `${base}/{yyyy}-{mm}.csv`,
      periods: { from: "2025-12", lag_days: 0 },
    };
    const [first] = await settle(scheduled);
    status = 410;
    world.passDays(1);
    const [gone] = await apply(await planned(scheduled), world.needs());
    expect(gone).toMatchObject({ status: "failed", sha256: first?.[1].sha256 });
    expect(gone?.detail).toBe("DOWNLOAD_FAILED: the server answered 410");
  });

  test("a failure hides no other link, and is tried again", async () => {
    const base = await serve((request, response) =>
      response.writeHead(request.url === "/b.csv" ? 200 : 404).end("one"),
    );
    const named = {
      urls: ["a", "b"].map((name) => ({ period: "2025-11", url: `${base}/${name}.csv` })),
    };
    const records = await apply(await planned(named), world.needs());
    expect(records.map((one) => one.status)).toEqual(["failed", "fetched"]);
    expect((await planned(named)).todo.map((one) => one.reason)).toEqual(["it failed before"]);
  });

  test("what the store lost is fetched whole, with no condition", async () => {
    world.write("inbox/a-2025-11.csv", "local");
    const base = await serve((request, response) => {
      if (request.headers["if-none-match"] !== undefined) response.writeHead(304).end();
      else response.writeHead(200, { etag: '"1"' }).end("web");
    });
    const both = { folder: "inbox", urls: [{ period: "2025-11", url: `${base}/a.csv` }] };
    await settle(both);
    world.artifacts.clear();
    expect((await settle(both)).map(([reason]) => reason)).toEqual([
      "the store lost it",
      "the store lost it",
    ]);
    expect(world.artifacts.size).toBe(2);
    expect((await settle(both, true)).map(([reason]) => reason)).toEqual([
      "asked for",
      "asked for",
    ]);
  });

  test("periods of no interest are not looked at", async () => {
    world.write("inbox/a-2025-11.csv", "one");
    world.write("inbox/a-2025-12.csv", "two");
    const publication = { ...PUBLICATION, folder: "inbox" };
    const wants = (period: string): boolean => period === "2025-12";
    const found = await survey({ publication, force: false, wants }, world.needs());
    expect(plan(found).todo.map((one) => one.key)).toEqual(["2025-12 inbox/a-2025-12.csv"]);
  });

  test("data: in one link of the configuration fails it, and hides no other", async () => {
    world.write("inbox/a.csv", "one");
    const named = {
      urls: [
        { period: "2025-11", url: "data:text/csv,1" },
        { period: "2025-12", url: "inbox/a.csv" },
      ],
    };
    const records = await apply(await planned(named), world.needs());
    expect(records.map((one) => [one.period, one.status, one.detail])).toEqual([
      ["2025-11", "failed", "URL_SCHEME: data: in data:text/csv,1"],
      ["2025-12", "fetched", null],
    ]);
  });

  test("an interrupt before a local file: INTERRUPTED, and nothing is recorded", async () => {
    world.write("inbox/a-2025-11.csv", "one");
    const made = await planned({ folder: "inbox" });
    world.signal = AbortSignal.abort();
    await expect(apply(made, world.needs())).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(world.links.size).toBe(0);
  });
});
