import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isPublicAddress } from "../../src/model/address.ts";
import type { LinkRecord, WantedLink } from "../../src/model/link.ts";
import { publicLookup } from "../../src/stages/acquire/address.ts";
import { fetchHttp, httpUrl } from "../../src/stages/acquire/fetch-http.ts";
import { apply } from "../../src/stages/acquire/index.ts";
import { MemoryWorld } from "../support/ledger.ts";
import { closeServers, serve, serveRaw } from "../support/serve.ts";

const BODY = "Code,Number\n001,10\n";
let world: MemoryWorld;

beforeEach(() => {
  world = new MemoryWorld();
});

afterEach(closeServers);

/** What becomes of a link in the ledger. */
async function fetched(
  url: string,
  origin: WantedLink["origin"] = "explicit",
): Promise<LinkRecord> {
  const link = { period: "2025-11", url, origin };
  const action = { link, known: null, conditional: false };
  const [record] = await apply(
    { todo: [{ key: "", reason: "", action }], skipped: [] },
    world.needs(),
  );
  if (record === undefined) throw new Error("no record");
  return record;
}

/** The code of the failure that the ledger keeps, or its status. */
async function outcome(url: string, origin?: WantedLink["origin"]): Promise<string> {
  const { status, detail } = await fetched(url, origin);
  return status === "failed" ? (detail?.split(":")[0] ?? "") : status;
}

const contentOf = (record: LinkRecord): string | undefined =>
  world.artifacts.get(record.sha256 ?? "")?.toString();

/** Answers the first requests with `statuses`, later ones with the content; the times of the requests. */
async function serveAfter(
  statuses: readonly number[],
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly url: string; readonly times: readonly number[] }> {
  const times: number[] = [];
  const url = await serve((_request, response) => {
    const status = statuses[times.length];
    times.push(performance.now());
    if (status === undefined) response.end(BODY);
    else response.writeHead(status, headers).end();
  });
  return { url, times };
}

const answering = (
  answer: (response: ServerResponse, request: IncomingMessage) => void,
): Promise<string> => serve(((request, response) => answer(response, request)) as RequestListener);

describe("what a link becomes", () => {
  test("404 of an explicit link failed; of a scheduled one, it is not published", async () => {
    const url = await answering((response) => response.writeHead(404).end("no such page"));
    expect(await fetched(url)).toMatchObject({
      status: "failed",
      sha256: null,
      detail: "DOWNLOAD_FAILED: the server answered 404",
    });
    expect(await fetched(url, "scheduled")).toMatchObject({
      status: "not_published",
      sha256: null,
    });
  });

  test.each([201, 204, 206, 304, 400, 401, 403])(
    "%i is no content, and is not asked again",
    async (status) => {
      world.settings = { ...world.settings, retries: 3 };
      const { url, times } = await serveAfter([status]);
      expect(await outcome(url, "scheduled")).toBe("DOWNLOAD_FAILED");
      expect(times).toHaveLength(1);
    },
  );

  test("the headers of the question", async () => {
    let headers: IncomingMessage["headers"] = {};
    const url = await answering((response, request) => {
      headers = request.headers;
      response.end(BODY);
    });
    await fetched(url);
    expect(headers).toMatchObject({
      "user-agent": world.settings.user_agent,
      "accept-encoding": "identity",
    });
    expect(headers).not.toHaveProperty("if-none-match");
    expect(headers).not.toHaveProperty("if-modified-since");
  });

  test("an empty file is a file", async () => {
    const url = await answering((response) => response.end());
    expect(await fetched(url)).toMatchObject({ status: "fetched", size_bytes: 0 });
  });
});

describe("tried again", () => {
  test("500 twice, then 200; the pauses grow", async () => {
    world.settings = { ...world.settings, retries: 2 };
    const { url, times } = await serveAfter([500, 500]);
    expect(contentOf(await fetched(url))).toBe(BODY);
    const [first = 0, second = 0, third = 0] = times;
    expect(second - first).toBeGreaterThan(450);
    expect(third - second).toBeGreaterThan(950);
  });

  test.each([
    ["seconds", () => "1"],
    ["a date", () => new Date(Date.now() + 2000).toUTCString()],
  ])("429 is asked again after the time that it states in %s", async (_how, after) => {
    world.settings = { ...world.settings, retries: 1 };
    const { url, times } = await serveAfter([429], { "retry-after": after() });
    expect(await outcome(url)).toBe("fetched");
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(950);
  });

  test("a cut in the middle: what came before it is not kept", async () => {
    world.settings = { ...world.settings, retries: 1 };
    let asked = 0;
    const url = await answering((response) => {
      if (++asked > 1) return response.end(BODY);
      response.writeHead(200, { "content-length": BODY.length }).write(BODY.slice(0, 5));
      setTimeout(() => response.destroy(), 20);
    });
    expect(contentOf(await fetched(url))).toBe(BODY);
    expect(world.artifacts.size).toBe(1);
  });

  test("no more often than set, and with retries 0 once", async () => {
    const { url, times } = await serveAfter([503, 503, 503]);
    expect(await outcome(url)).toBe("DOWNLOAD_FAILED");
    expect(times).toHaveLength(1);
  });

  test("a port where nobody listens", async () => {
    const url = await serve(() => undefined);
    await closeServers();
    expect(await outcome(url)).toBe("DOWNLOAD_FAILED");
  });
});

describe("stalls", () => {
  test("before the headers", async () => {
    expect(await outcome(await serve(() => undefined))).toBe("DOWNLOAD_TIMEOUT");
  });

  test.each([{}, { "content-length": "1000" }, { "content-encoding": "gzip" }])(
    "in a body with %j",
    async (headers) => {
      const begin = "content-encoding" in headers ? gzipSync(BODY).subarray(0, 12) : "begin";
      const url = await answering((response) => response.writeHead(200, headers).write(begin));
      expect(await outcome(url)).toBe("DOWNLOAD_TIMEOUT");
    },
  );

  test("in the body of a failure and of a redirect", async () => {
    const url = await answering((response, request) => {
      if (request.url === "/to") response.writeHead(302, { location: "/file" }).write("moved");
      else if (request.url === "/file") response.end(BODY);
      else response.writeHead(403).write("begin");
    });
    expect(await outcome(url)).toBe("DOWNLOAD_FAILED");
    expect(await outcome(`${url}/to`)).toBe("fetched");
  });

  test.each(["identity", "gzip"])("endless and slow, as %s: the total time ends it", async (as) => {
    world.settings = { ...world.settings, total_seconds: 0.6, timeout_seconds: 2, retries: 3 };
    const timers: NodeJS.Timeout[] = [];
    const url = await answering((response) => {
      response.writeHead(200, { "content-encoding": as });
      if (as === "gzip") response.write(gzipSync("x".repeat(1000)).subarray(0, 15));
      timers.push(setInterval(() => response.write(as === "gzip" ? "" : "x"), 40));
    });
    const began = performance.now();
    const record = await fetched(url);
    for (const timer of timers) clearInterval(timer);
    expect(record.detail).toBe("DOWNLOAD_TIMEOUT: not finished after 0.6 s");
    expect(performance.now() - began).toBeLessThan(3000);
    expect(timers).toHaveLength(1);
  });
});

describe("lengths that lie", () => {
  const answer = (headers: string, body: string): string =>
    `HTTP/1.1 200 OK\r\n${headers}\r\nConnection: close\r\n\r\n${body}`;

  test("more declared than sent", async () => {
    const url = await serveRaw(answer("Content-Length: 100", BODY));
    expect(await outcome(url)).toBe("DOWNLOAD_TRUNCATED");
    expect(world.artifacts.size).toBe(0);
  });

  test.each([
    ["between two chunks", "5\r\nhello\r\n"],
    ["inside a chunk", "5\r\nhel"],
    ["before the last line", "5\r\nhello\r\n0\r\n"],
  ])("chunks that are cut %s", async (_where, body) => {
    const url = await serveRaw(answer("Transfer-Encoding: chunked", body));
    expect(await outcome(url)).toBe("DOWNLOAD_TRUNCATED");
  });

  test("less declared than sent: never more than was declared", async () => {
    const url = await serveRaw(answer("Content-Length: 5", BODY));
    const record = await fetched(url);
    if (record.status === "fetched") expect(contentOf(record)).toBe(BODY.slice(0, 5));
    else expect(record.detail).toMatch(/^DOWNLOAD_/);
  });

  test.each([
    ["two lengths", answer("Content-Length: 5\r\nContent-Length: 6", "hello!")],
    ["a length that is no number", answer("Content-Length: many", BODY)],
    ["no HTTP at all", "SSH-2.0-OpenSSH_9.6\r\n"],
    ["nothing", ""],
    ["half a header", "HTTP/1.1 200 OK\r\nContent-Le"],
  ])("%s", async (_what, bytes) => {
    expect(await outcome(await serveRaw(bytes))).toMatch(/^DOWNLOAD_(FAILED|TRUNCATED)$/);
    expect(world.artifacts.size).toBe(0);
  });

  test("too large, declared: refused before a byte is kept, and not asked again", async () => {
    world.settings = { ...world.settings, max_bytes: 10, retries: 3 };
    const url = await answering((response) =>
      response.writeHead(200, { "content-length": 1000 }).write("x"),
    );
    expect(await outcome(url)).toBe("DOWNLOAD_TOO_LARGE");
  });

  test("too large, streamed: it ends at the limit", async () => {
    world.settings = { ...world.settings, max_bytes: 100_000, retries: 3 };
    let sent = 0;
    const url = await answering((response) => {
      const more = (): void => {
        while (!response.destroyed && response.write("x".repeat(10_000))) sent += 10_000;
        if (!response.destroyed && sent < 500_000_000) response.once("drain", more);
      };
      more();
    });
    expect(await outcome(url)).toBe("DOWNLOAD_TOO_LARGE");
    expect(sent).toBeLessThan(50_000_000);
    expect(world.artifacts.size).toBe(0);
  });

  test("too large, unpacked: a small body that swells", async () => {
    world.settings = { ...world.settings, max_bytes: 1_000_000 };
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    const url = await answering((response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(bomb),
    );
    expect(await outcome(url)).toBe("DOWNLOAD_TOO_LARGE");
  });
});

describe("content encodings", () => {
  test.each([
    ["gzip", gzipSync(BODY)],
    ["X-GZIP", gzipSync(BODY)],
    ["deflate", deflateSync(BODY)],
    ["br", brotliCompressSync(BODY)],
    ["gzip, br", brotliCompressSync(gzipSync(BODY))],
    ["utf-8", Buffer.from(BODY)], // no packing, though some servers write it
    ["identity", Buffer.from(BODY)],
  ])("%s", async (encoding, bytes) => {
    const url = await answering((response) =>
      response.writeHead(200, { "content-encoding": encoding }).end(bytes),
    );
    expect(contentOf(await fetched(url))).toBe(BODY);
  });

  test.each([
    ["cut", gzipSync(BODY).subarray(0, 20)],
    ["no gzip", Buffer.from(BODY)],
  ])("gzip that is %s is a failure", async (_what, bytes) => {
    const url = await answering((response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(bytes),
    );
    expect(await outcome(url)).toMatch(/^DOWNLOAD_(FAILED|TRUNCATED)$/);
    expect(world.artifacts.size).toBe(0);
  });

  test.each(["zstd", "x-compress", "gzip, zstd"])(
    "%s, which nobody asked for, is not taken for the content",
    async (encoding) => {
      const url = await answering((response) =>
        response.writeHead(200, { "content-encoding": encoding }).end("packed"),
      );
      expect(await outcome(url)).toBe("DOWNLOAD_FAILED");
    },
  );
});

describe("the name of the file", () => {
  test.each([
    ['attachment; filename="waits.csv"', "waits.csv"],
    ["attachment; filename=waits.csv; size=3", "waits.csv"],
    ['attachment; filename="a;b.csv"', "a;b.csv"],
    ["attachment; FILENAME*=utf-8'en'w%C3%A4its%20May.csv", "wäits May.csv"],
    ["attachment; filename=\"old.csv\"; filename*=UTF-8''new.csv", "new.csv"],
    ["attachment; filename*=UTF-8''new.csv; filename=old.csv", "new.csv"],
    ['attachment; filename="../../etc/passwd"', "passwd"],
    ['attachment; filename="C:\\\\Users\\\\me\\\\waits.csv"', "waits.csv"],
    ["attachment; filename*=UTF-8''..%2F..%5Cwaits.csv", "waits.csv"],
    ["attachment; filename*=UTF-8''a%00b%0A%1B[31m.csv", "ab[31m.csv"],
    ["attachment; filename*=UTF-8''%ff.csv", "%ff.csv"],
    ["attachment; filename*=UTF-8''..", "download"],
    ['attachment; filename="dir/"', "download"],
    ["inline", "of the address.csv"],
    ['attachment; filename=""', "of the address.csv"],
  ])("%s", async (disposition, name) => {
    const url = await answering((response) =>
      response.writeHead(200, { "content-disposition": disposition }).end(BODY),
    );
    expect((await fetched(`${url}/a/of%20the%20address.csv?v=1#x`)).file_name).toBe(name);
  });

  test.each([
    ["/", "download"],
    ["/folder/", "download"],
    ["/a%2F..%2Fb.csv", "b.csv"],
    ["/%2e%2e%2f%00", "download"],
  ])("of the address %s", async (path, name) => {
    const url = await answering((response) => response.end(BODY));
    expect((await fetched(url + path)).file_name).toBe(name);
  });
});

describe("redirects", () => {
  const redirecting = (location: string | null, status = 302): Promise<string> =>
    answering((response, request) => {
      if (request.url === "/new/file.csv") response.end(BODY);
      else response.writeHead(status, location === null ? {} : { location }).end();
    });

  test.each([301, 302, 303, 307, 308])("%i is followed", async (status) => {
    const url = await redirecting("../new/file.csv", status);
    const record = await fetched(`${url}/old/a`);
    expect(contentOf(record)).toBe(BODY);
    expect(record).toMatchObject({ url: `${url}/old/a`, file_name: "file.csv" });
  });

  test("as many as are set, and one more is too many", async () => {
    const url = await answering((response, request) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end(BODY);
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    world.settings = { ...world.settings, max_redirects: 2, retries: 3 };
    expect(await outcome(`${url}/2`)).toBe("fetched");
    expect(await outcome(`${url}/3`)).toBe("DOWNLOAD_REDIRECT");
  });

  test.each(["http://", "http://[", "http://a b/", "//:0"])("to %s", async (location) => {
    expect(await outcome(await redirecting(location))).toBe("DOWNLOAD_REDIRECT");
  });

  test("from https to http", () => {
    const step = (): URL => httpUrl("http://example.org/b", new URL("https://example.org/a"));
    expect(step).toThrow(expect.objectContaining({ code: "DOWNLOAD_REDIRECT" }));
  });

  test("to nowhere", async () => {
    expect(await outcome(await redirecting(null))).toBe("DOWNLOAD_REDIRECT");
  });

  test.each([
    "file:///etc/passwd",
    "FILE:/etc/passwd",
    "data:text/csv,1",
    "ftp://127.0.0.1/x",
    "javascript:alert(1)",
  ])("to %s", async (location) => {
    expect(await outcome(await redirecting(location))).toBe("URL_SCHEME");
  });

  test("with a large page of its own", async () => {
    const url = await answering((response, request) => {
      if (request.url === "/file") response.end(BODY);
      else response.writeHead(302, { location: "/file" }).end("x".repeat(1_000_000));
    });
    expect(await outcome(url)).toBe("fetched");
  });
});

describe("private addresses", () => {
  beforeEach(() => {
    world.settings = { ...world.settings, allow_private: false, retries: 3 };
  });

  test("however they are written; the server there is never asked", async () => {
    let connections = 0;
    const url = await answering((response) => response.end(BODY));
    const port = new URL(url).port;
    const spied = await serve(() => connections++);
    for (const host of [
      "127.0.0.1",
      "127.1",
      "0x7f000001",
      "2130706433",
      "0177.0.0.1",
      "localhost",
    ]) {
      expect([host, await outcome(`http://${host}:${port}/`)]).toEqual([
        host,
        "URL_PRIVATE_ADDRESS",
      ]);
      expect(await outcome(`http://${host}:${new URL(spied).port}/`)).toBe("URL_PRIVATE_ADDRESS");
    }
    expect(connections).toBe(0);
  });

  test.each([
    "http://[::ffff:10.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://0.0.0.0/",
    "http://192.168.0.1./",
    "http://172.16.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://user:pass@127.0.0.1/",
  ])("%s", async (url) => {
    expect(await outcome(url)).toBe("URL_PRIVATE_ADDRESS");
  });

  test("a name is judged by what it resolves to, at the moment of the connection", async () => {
    for (const all of [true, false]) {
      const error = await new Promise((resolve) =>
        publicLookup("localhost", { all }, (seen) => resolve(seen)),
      );
      expect(error).toMatchObject({ code: "URL_PRIVATE_ADDRESS" });
    }
  });

  test("a public address is given on as it was asked for", async () => {
    const ask = (all: boolean): Promise<unknown> =>
      new Promise((resolve) =>
        publicLookup("8.8.8.8", { all }, (_error, address, family) => resolve([address, family])),
      );
    expect(await ask(false)).toEqual(["8.8.8.8", 4]);
    expect(await ask(true)).toEqual([[{ address: "8.8.8.8", family: 4 }], undefined]);
    expect(isPublicAddress("no address")).toBe(false);
  });
});

describe("an interrupt", () => {
  const interrupted = async (url: string, afterMs: number): Promise<number> => {
    const controller = new AbortController();
    world.signal = controller.signal;
    world.settings = { ...world.settings, timeout_seconds: 20, total_seconds: 20, retries: 3 };
    const promise = fetched(url);
    setTimeout(() => controller.abort(), afterMs);
    const began = performance.now();
    await expect(promise).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(world.links.size).toBe(0);
    return performance.now() - began - afterMs;
  };

  test("before the headers", async () => {
    expect(await interrupted(await serve(() => undefined), 50)).toBeLessThan(2000);
  });

  test.each(["identity", "gzip"])("in a body sent as %s", async (encoding) => {
    const url = await answering((response) => {
      const begin = encoding === "gzip" ? gzipSync(BODY).subarray(0, 12) : "begin";
      response.writeHead(200, { "content-encoding": encoding }).write(begin);
    });
    expect(await interrupted(url, 50)).toBeLessThan(2000);
  });

  test("in the pause before another try", async () => {
    const { url, times } = await serveAfter([503, 503], { "retry-after": "20" });
    expect(await interrupted(url, 100)).toBeLessThan(2000);
    expect(times).toHaveLength(1);
  });

  test("before it began: nobody is asked", async () => {
    const { url, times } = await serveAfter([]);
    world.signal = AbortSignal.abort();
    await expect(fetched(url)).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(times).toHaveLength(0);
  });
});

describe("whoever takes the content", () => {
  test("may fail without reading it: its own failure is told, and nothing is asked again", async () => {
    world.settings = { ...world.settings, retries: 3 };
    let asked = 0;
    const url = await answering((response, request) => {
      asked++;
      const packed = request.url === "/gzip";
      response.writeHead(200, packed ? { "content-encoding": "gzip" } : {});
      response.write(packed ? gzipSync(BODY).subarray(0, 12) : "x".repeat(1_000_000));
    });
    const { settings, signal } = world;
    for (const path of ["", "/gzip"]) {
      const wanted = { url: url + path, etag: null, lastModified: null, settings, signal };
      const failure = Object.assign(new Error("the disk is full"), { code: "STORAGE_FULL" });
      const taken = fetchHttp(wanted, () => Promise.reject(failure));
      await expect(taken).rejects.toThrow("the disk is full");
    }
    expect(asked).toBe(2);
  });
});
