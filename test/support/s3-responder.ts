import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface Kept {
  readonly content: Buffer;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Upload {
  readonly key: string;
  readonly metadata: Kept["metadata"];
  readonly parts: Map<number, Buffer>;
}

/** A reply: status, headers, body. */
type Reply = readonly [number, Readonly<Record<string, string>>, (string | Buffer)?];

/**
 * As much of S3 as the storage asks for, in memory, to stand behind a proxy that lets requests go wrong. It knows
 * no signatures; what a real server does is seen on a real one. `conditions` are kept for all objects, for those
 * put whole alone (as Debian's radosgw does), or for none.
 */
export class S3Responder {
  /** By `bucket/key`. */
  readonly objects = new Map<string, Kept>();
  readonly uploads = new Map<string, Upload>();
  endpoint = "";
  private readonly conditions: "all" | "whole" | "none";
  private readonly server = createServer((asked, answer) => {
    this.serve(asked, answer).catch((error: unknown) => {
      answer.writeHead(500).end(String(error));
    });
  });

  constructor(conditions: "all" | "whole" | "none" = "all") {
    this.conditions = conditions;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.endpoint = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async serve(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of asked) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const url = new URL(asked.url ?? "/", "http://x");
    const path = decodeURIComponent(url.pathname.slice(1));
    const key = path.endsWith("/") || !path.includes("/") ? "" : path;
    const [status, headers, content = ""] = this.answerTo(asked, url, key, body);
    const length = { "content-length": String(Buffer.byteLength(content)) };
    answer.writeHead(status, { ...length, ...headers });
    answer.end(asked.method === "HEAD" ? "" : content);
  }

  private answerTo(asked: IncomingMessage, url: URL, key: string, body: Buffer): Reply {
    const query = url.searchParams;
    const id = query.get("uploadId") ?? "";
    const md5 = asked.headers["content-md5"];
    const sum = asked.headers["x-amz-content-sha256"];
    if (/^[0-9a-f]{64}$/.test(String(sum)) && sum !== digest("sha256", body, "hex"))
      return failed(400, "XAmzContentSHA256Mismatch");
    if (md5 !== undefined && md5 !== digest("md5", body, "base64")) return failed(400, "BadDigest");
    switch (asked.method) {
      case "HEAD":
      case "GET":
        if (key === "")
          return query.has("uploads") ? this.listUploads() : this.list(query, bucketOf(url));
        return this.get(asked, key);
      case "PUT":
        if (id !== "") return this.putPart(id, Number(query.get("partNumber")), body);
        if (asked.headers["x-amz-copy-source"] !== undefined) return this.copy(asked, key);
        return this.put(asked, key, body);
      case "POST":
        return query.has("uploads") ? this.create(asked, key) : this.complete(asked, id, key);
      default:
        if (id === "") this.objects.delete(key);
        else if (!this.uploads.delete(id)) return failed(404, "NoSuchUpload");
        return [204, {}];
    }
  }

  private get({ headers }: IncomingMessage, key: string): Reply {
    const kept = this.objects.get(key);
    if (kept === undefined) return failed(404, "NoSuchKey");
    const { "if-match": match, range } = headers;
    if (match !== undefined && match !== kept.etag) return failed(412, "PreconditionFailed");
    const facts = {
      etag: kept.etag,
      "last-modified": new Date(0).toUTCString(),
      "content-length": String(kept.content.length),
      ...kept.metadata,
    };
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
    if (first === undefined) return [200, facts, kept.content];
    if (kept.content.length === 0) return failed(416, "InvalidRange");
    const part = kept.content.subarray(Number(first), Number(last) + 1);
    const span = `bytes ${first}-${Number(first) + part.length - 1}/${kept.content.length}`;
    const length = String(part.length);
    return [206, { ...facts, "content-length": length, "content-range": span }, part];
  }

  private put({ headers }: IncomingMessage, key: string, content: Buffer): Reply {
    const refused = headers["if-none-match"] === "*" && this.objects.has(key);
    if (refused && this.conditions !== "none") return failed(412, "PreconditionFailed");
    const etag = `"${digest("md5", content, "hex")}"`;
    this.objects.set(key, { content, etag, metadata: metadataOf(headers) });
    return [200, { etag }];
  }

  private copy({ headers }: IncomingMessage, key: string): Reply {
    const source = decodeURIComponent(String(headers["x-amz-copy-source"]));
    const kept = this.objects.get(source);
    if (kept === undefined) return failed(404, "NoSuchKey");
    this.objects.set(key, kept);
    return xml(`<CopyObjectResult><ETag>${kept.etag}</ETag></CopyObjectResult>`);
  }

  private create({ headers }: IncomingMessage, key: string): Reply {
    const id = `upload-${this.uploads.size}-${Math.random()}`;
    this.uploads.set(id, { key, metadata: metadataOf(headers), parts: new Map() });
    const target = `<Bucket>b</Bucket><Key>${key}</Key><UploadId>${id}</UploadId>`;
    return xml(`<InitiateMultipartUploadResult>${target}</InitiateMultipartUploadResult>`);
  }

  private putPart(id: string, number: number, content: Buffer): Reply {
    const upload = this.uploads.get(id);
    if (upload === undefined) return failed(404, "NoSuchUpload");
    upload.parts.set(number, content);
    return [200, { etag: `"${digest("md5", content, "hex")}"` }];
  }

  private complete({ headers }: IncomingMessage, id: string, key: string): Reply {
    const upload = this.uploads.get(id);
    if (upload === undefined) return failed(404, "NoSuchUpload");
    const refused = headers["if-none-match"] === "*" && this.objects.has(key);
    if (refused && this.conditions === "all") return failed(412, "PreconditionFailed");
    this.uploads.delete(id);
    const parts = [...upload.parts].sort(([a], [b]) => a - b).map(([, content]) => content);
    const sums = parts.map((part) => createHash("md5").update(part).digest());
    const etag = `"${digest("md5", Buffer.concat(sums), "hex")}-${parts.length}"`;
    this.objects.set(key, { content: Buffer.concat(parts), etag, metadata: upload.metadata });
    return xml(
      `<CompleteMultipartUploadResult><ETag>${etag}</ETag></CompleteMultipartUploadResult>`,
    );
  }

  private list(query: URLSearchParams, bucket: string): Reply {
    const prefix = `${bucket}/${query.get("prefix") ?? ""}`;
    const found = [...this.objects].filter(([key]) => key.startsWith(prefix)).sort();
    const items = found.map(
      ([key, { content }]) =>
        `<Contents><Key>${encodeURIComponent(key.slice(bucket.length + 1))}</Key><Size>${content.length}</Size></Contents>`,
    );
    const all = `<IsTruncated>false</IsTruncated>${items.join("")}`;
    return xml(`<ListBucketResult>${all}</ListBucketResult>`);
  }

  private listUploads(): Reply {
    const items = [...this.uploads].map(
      ([id, { key }]) =>
        `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>2020-01-01T00:00:00Z</Initiated></Upload>`,
    );
    return xml(`<ListMultipartUploadsResult>${items.join("")}</ListMultipartUploadsResult>`);
  }
}

function bucketOf(url: URL): string {
  return url.pathname.split("/")[1] ?? "";
}

function metadataOf(headers: IncomingMessage["headers"]): Record<string, string> {
  const own = Object.entries(headers).filter(([name]) => name.startsWith("x-amz-meta-"));
  return Object.fromEntries(own.map(([name, value]) => [name, String(value)]));
}

function digest(name: string, content: Buffer, form: "hex" | "base64"): string {
  return createHash(name).update(content).digest(form);
}

const xml = (text: string): Reply => [
  200,
  { "content-type": "application/xml" },
  `<?xml version="1.0" encoding="UTF-8"?>${text}`,
];

function failed(status: number, code: string): Reply {
  const [, headers, text = ""] = xml(`<Error><Code>${code}</Code><Message>no</Message></Error>`);
  return [status, headers, text];
}
