import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { DEFAULTS } from "../../src/config/defaults.ts";
import type { CanonryError } from "../../src/model/errors.ts";
import { isPublicAddress } from "../../src/stages/acquire/address.ts";
import { type Answer, fetchHttp, type HttpRequest } from "../../src/stages/acquire/fetch-http.ts";

const BODY = "Code,Number\n001,10\n";
let server: Server | null = null;

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
  server = null;
});

/** A server on loopback that answers as `answer` says; its address. */
async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, n: number) => void,
): Promise<string> {
  let requests = 0;
  const made = createServer((request, response) => answer(request, response, ++requests));
  server = made;
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
}

interface Taken {
  readonly kind: Answer["kind"];
  readonly text?: string;
  readonly fileName?: string;
  readonly etag?: string | null;
}

async function take(answer: Answer): Promise<Taken> {
  if (answer.kind !== "content") return { kind: answer.kind };
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.chunks) chunks.push(chunk);
  const { fileName, etag } = answer;
  return { kind: "content", text: Buffer.concat(chunks).toString(), fileName, etag };
}

function get(
  url: string,
  more: Partial<Omit<HttpRequest, "settings">> & { settings?: object } = {},
): Promise<Taken> {
  const settings = {
    ...DEFAULTS.fetch,
    allow_private: true,
    retries: 0,
    timeout_seconds: 1,
    total_seconds: 3,
    ...more.settings,
  };
  const signal = new AbortController().signal;
  return fetchHttp({ url, etag: null, lastModified: null, signal, ...more, settings }, take);
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    (value) => `no error: ${JSON.stringify(value)}`,
    (error: unknown) => (error as CanonryError).code,
  );

describe("what a server may answer", () => {
  test("200 gives the content, its name and its ETag; asked again with it, 304", async () => {
    const url = await serve((request, response) => {
      if (request.headers["if-none-match"] === '"v1"') response.writeHead(304).end();
      else response.writeHead(200, { etag: '"v1"' }).end(BODY);
    });
    expect(await get(`${url}/a/waits%20May.csv`)).toEqual({
      kind: "content",
      text: BODY,
      fileName: "waits May.csv",
      etag: '"v1"',
    });
    expect(await get(`${url}/a/waits.csv`, { etag: '"v1"' })).toEqual({ kind: "unchanged" });
  });

  test("a name in Content-Disposition counts, and is no path", async () => {
    const url = await serve((_request, response) => {
      response
        .writeHead(200, {
          "content-disposition": "attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd%20.csv",
        })
        .end(BODY);
    });
    expect((await get(url)).fileName).toBe("passwd .csv");
  });

  test("404 and 410 are missing", async () => {
    const url = await serve((request, response) =>
      response.writeHead(request.url === "/gone" ? 410 : 404).end(),
    );
    expect(await get(`${url}/none`)).toEqual({ kind: "missing" });
    expect(await get(`${url}/gone`)).toEqual({ kind: "missing" });
  });

  test("500 passes, and is tried again; 403 does not", async () => {
    const url = await serve((request, response, n) => {
      if (request.url === "/no") response.writeHead(403).end();
      else response.writeHead(n < 3 ? 503 : 200).end(BODY);
    });
    expect((await get(url, { settings: { retries: 2 } })).text).toBe(BODY);
    expect(await codeOf(get(`${url}/no`, { settings: { retries: 2 } }))).toBe("DOWNLOAD_FAILED");
  });

  test("compressed content is unpacked", async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(BODY));
    });
    expect((await get(url)).text).toBe(BODY);
  });

  test("304 to a question that set no condition is a failure", async () => {
    const url = await serve((_request, response) => response.writeHead(304).end());
    expect(await codeOf(get(url))).toBe("DOWNLOAD_FAILED");
  });
});

describe("servers that stall, lie and cut", () => {
  test("no answer, and an answer that stops: DOWNLOAD_TIMEOUT", async () => {
    const url = await serve((request, response) => {
      if (request.url === "/body")
        response.writeHead(200, { "content-length": 1000 }).write("begin");
    });
    expect(await codeOf(get(url))).toBe("DOWNLOAD_TIMEOUT");
    expect(await codeOf(get(`${url}/body`))).toBe("DOWNLOAD_TIMEOUT");
  });

  test("a body that never ends, a byte at a time: the total time counts", async () => {
    const timers: NodeJS.Timeout[] = [];
    const url = await serve((_request, response) => {
      response.writeHead(200);
      timers.push(setInterval(() => response.write("x"), 50));
    });
    expect(await codeOf(get(url, { settings: { total_seconds: 1 } }))).toBe("DOWNLOAD_TIMEOUT");
    for (const timer of timers) clearInterval(timer);
  });

  test("fewer bytes than declared, and a connection that is cut: DOWNLOAD_TRUNCATED", async () => {
    const url = await serve((request, response) => {
      if (request.url === "/chunked") response.writeHead(200).write("begin");
      else response.writeHead(200, { "content-length": 1000 }).write("begin");
      setTimeout(() => response.destroy(), 50);
    });
    expect(await codeOf(get(url))).toBe("DOWNLOAD_TRUNCATED");
    expect(await codeOf(get(`${url}/chunked`))).toBe("DOWNLOAD_TRUNCATED");
  });

  test("a declared size over the limit is refused before it is read", async () => {
    const url = await serve((_request, response) =>
      response.writeHead(200, { "content-length": 1000 }).end("x".repeat(1000)),
    );
    expect(await codeOf(get(url, { settings: { max_bytes: 100 } }))).toBe("DOWNLOAD_TOO_LARGE");
  });

  test("an interrupt ends it at once", async () => {
    const controller = new AbortController();
    const url = await serve(() => setTimeout(() => controller.abort(), 50));
    expect(await codeOf(get(url, { signal: controller.signal }))).toBe("INTERRUPTED");
  });
});

describe("redirects", () => {
  test("a relative one is followed, a circle is not", async () => {
    const url = await serve((request, response) => {
      if (request.url === "/old") response.writeHead(302, { location: "new/file.csv" }).end();
      else if (request.url === "/new/file.csv") response.writeHead(200).end(BODY);
      else response.writeHead(301, { location: "/circle" }).end();
    });
    expect(await get(`${url}/old`)).toMatchObject({ text: BODY, fileName: "file.csv" });
    expect(await codeOf(get(`${url}/circle`))).toBe("DOWNLOAD_REDIRECT");
  });

  test.each(["file:///etc/passwd", "data:text/csv,1", "ftp://example.org/x"])(
    "to %s: URL_SCHEME",
    async (location) => {
      const url = await serve((_request, response) => response.writeHead(302, { location }).end());
      expect(await codeOf(get(url))).toBe("URL_SCHEME");
    },
  );
});

describe("private addresses", () => {
  test.each([
    "http://127.0.0.1:9/",
    "http://127.1:9/",
    "http://0x7f000001:9/",
    "http://[::1]:9/",
    "http://[::ffff:10.0.0.1]:9/",
    "http://169.254.169.254/latest/",
    "http://100.64.0.1/",
    "http://10.0.0.1/",
    "http://localhost:9/",
  ])("%s is refused", async (url) => {
    expect(await codeOf(get(url, { settings: { allow_private: false } }))).toBe(
      "URL_PRIVATE_ADDRESS",
    );
  });

  test("a server on loopback is never asked", async () => {
    let asked = 0;
    const url = await serve((_request, response) => {
      asked++;
      response.end(BODY);
    });
    expect(await codeOf(get(url, { settings: { allow_private: false } }))).toBe(
      "URL_PRIVATE_ADDRESS",
    );
    expect(asked).toBe(0);
  });

  test("public ones are public", () => {
    expect(isPublicAddress("8.8.8.8")).toBe(true);
    expect(isPublicAddress("2606:4700::1111")).toBe(true);
    expect(isPublicAddress("192.168.1.1")).toBe(false);
  });
});
