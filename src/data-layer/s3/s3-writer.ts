import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from "@aws-sdk/client-s3";
import { CanonryError } from "../../model/errors.ts";
import { type Bytes, bytesOf } from "../../model/storage/bytes.ts";
import type { PutOptions, StoredContent } from "../../model/storage/storage.ts";
import { chunksOf, isBytes, isStream } from "../content.ts";
import { writerName } from "../leftovers.ts";
import { mayPass, type Patience, patiently } from "../retry.ts";
import { inParts, joined } from "../scratch/part-stream.ts";
import type { S3Bucket, S3Head } from "./s3-bucket.ts";
import { s3Bytes } from "./s3-bytes.ts";
import { S3Conditions } from "./s3-conditions.ts";
import { isConflict, s3Failure } from "./s3-failure.ts";
import { MOST_PARTS, type PartSender, putInParts, sendBytes } from "./s3-parts.ts";

/** What is longer is put in parts of this size, or larger ones where there would be too many. */
const PART_BYTES = 8 << 20;

/** S3 takes no more in one request. */
const MOST_WHOLE_BYTES = 5 * 2 ** 30;

interface Put {
  readonly key: string;
  readonly writer: string;
  readonly ifAbsent: boolean;
}

/**
 * Puts objects. Each carries who wrote it and, where that is known beforehand, its sha256. What a request brings is
 * compared by the server: by the sha256 that it is signed with or, of a stream, by its MD5. Memory: one part, or
 * four of them while an object is put in parts.
 */
export class S3Writer {
  private readonly bucket: S3Bucket;
  private readonly patience: Patience;
  private readonly conditions: S3Conditions;
  private readonly unfinished: string;
  private readonly partBytes: number;

  /** `unfinished` is the folder of what is under way. */
  constructor(
    bucket: S3Bucket,
    patience: Patience,
    unfinished: string,
    partBytes: number = PART_BYTES,
  ) {
    this.bucket = bucket;
    this.patience = patience;
    this.conditions = new S3Conditions(bucket, unfinished);
    this.unfinished = unfinished;
    this.partBytes = partBytes;
  }

  async put(key: string, content: StoredContent, options: PutOptions): Promise<boolean> {
    const ifAbsent = options.ifAbsent ?? false;
    const put = { key, ifAbsent, writer: options.writer ?? writerName() };
    if (ifAbsent) await this.conditions.ofPuts();
    const bytes = repeatable(key, content);
    const parts = inParts(chunksOf(content), this.partBytesOf(bytes));
    try {
      const first = await parts.next();
      const second = first.done === true ? first : await parts.next();
      if (second.done === true) {
        return await this.putWhole(put, first.value ?? Buffer.alloc(0), bytes?.sha256);
      }
      if (ifAbsent && !(await this.conditions.ofUploads())) {
        const all = joined([first.value as Buffer, second.value], parts);
        if (bytes === null) return await this.relay(put, all);
        return await this.putStreamed(put, bytes, await look(bytes));
      }
      const all = joined([first.value as Buffer, second.value], parts);
      const sha256 = bytes === null ? null : await sha256Of(bytes);
      return await this.putMany(put, all, sha256, isBytes(content));
    } finally {
      await parts.return(undefined);
    }
  }

  /** One request. */
  private async putWhole(put: Put, content: Buffer, expected?: string): Promise<boolean> {
    const sha256 = createHash("sha256").update(content).digest("hex");
    if (sha256 !== (expected ?? sha256)) throw changed(put);
    const body = { Body: content, Metadata: metadataOf(put, sha256) };
    return this.decide(put, (condition) =>
      this.bucket.client.send(
        new PutObjectCommand({ ...this.target(put.key), ...body, ...condition }),
      ),
    );
  }

  /** Many requests, of which the last one decides. What `mayChange` between two readings is hashed again. */
  private async putMany(
    put: Put,
    parts: AsyncIterable<Buffer>,
    sha256: string | null,
    mayChange: boolean,
  ): Promise<boolean> {
    const { bucket, patience } = this;
    const metadata = metadataOf(put, sha256);
    const sent = { hash: createHash("sha256"), sizeBytes: 0 };
    const senders = async function* (): AsyncGenerator<PartSender> {
      for await (const part of parts) {
        if (mayChange) sent.hash.update(part);
        sent.sizeBytes += part.length;
        yield sendBytes(part);
      }
      if (mayChange && sent.hash.digest("hex") !== sha256) {
        throw changed(put);
      }
    };
    const upload = { bucket, patience, key: put.key, metadata };
    const done = await putInParts(upload, senders(), (send) =>
      patiently(patience, () => this.decide(put, send)),
    );
    if (done) await this.check(put, sent.sizeBytes);
    return done;
  }

  /** What is there now, if it is still ours, is as long as what was sent. */
  private async check({ key, writer }: Put, sizeBytes: number): Promise<void> {
    const head = await this.head(key);
    if (head?.metadata["writer"] !== writer || head.sizeBytes === sizeBytes) return;
    const detail = `${head.sizeBytes} of ${sizeBytes} bytes are there`;
    throw new CanonryError("STORAGE_DAMAGED", `${this.bucket.place(key)}: ${detail}`);
  }

  /** One request, for what can be read again and is put if absent where a condition counts for single requests alone. */
  private async putStreamed(put: Put, bytes: Bytes, known: Known): Promise<boolean> {
    if (bytes.sizeBytes > MOST_WHOLE_BYTES) {
      const what = "it knows no condition for an object in parts, and this one is over 5 GiB";
      throw new CanonryError("STORAGE_UNFIT", `${this.bucket.place(put.key)}: ${what}`);
    }
    const request = {
      ...this.target(put.key),
      ContentMD5: known.md5,
      ContentLength: bytes.sizeBytes,
      Metadata: metadataOf(put, known.sha256),
    };
    return this.decide(put, (condition) => this.sendStream(bytes, { ...request, ...condition }));
  }

  /** The SDK waits for ever for a body that fails: then the request is taken back, and that failure counts. */
  private async sendStream(
    bytes: Bytes,
    request: Omit<PutObjectCommandInput, "Body">,
  ): Promise<unknown> {
    const Body = Readable.from(bytes.stream(), { objectMode: false });
    const controller = new AbortController();
    const broken: Error[] = [];
    Body.once("error", (error) => {
      broken.push(error);
      controller.abort();
    });
    try {
      const command = new PutObjectCommand({ ...request, Body });
      return await this.bucket.client.send(command, { abortSignal: controller.signal });
    } catch (error) {
      throw broken[0] ?? error;
    } finally {
      Body.destroy();
    }
  }

  /** The same for a stream: it is put aside in parts, and from there in one request. */
  private async relay(put: Put, parts: AsyncIterable<Buffer>): Promise<boolean> {
    const aside = { ...put, key: this.unfinished + writerName(), ifAbsent: false };
    const seen = new Digests();
    try {
      await this.putMany(aside, seen.pass(parts), null, false);
      const head = await this.head(aside.key);
      if (head === null) {
        throw new CanonryError("STORAGE_CONFLICT", `${this.bucket.place(aside.key)} went away`);
      }
      return await this.putStreamed(put, s3Bytes(this.bucket, aside.key, head), seen.known());
    } finally {
      const target = this.target(aside.key);
      // What stays is swept.
      await this.bucket
        .ask(aside.key, (client) => client.send(new DeleteObjectCommand(target)))
        .catch(() => undefined);
    }
  }

  /**
   * Sends the request that makes an object. Where the reply is lost, or may be about what an earlier attempt of
   * the same writer did, the object itself says whose it is.
   */
  private async decide(
    { key, writer, ifAbsent }: Put,
    send: (condition: { readonly IfNoneMatch?: string }) => Promise<unknown>,
  ): Promise<boolean> {
    try {
      await send(ifAbsent ? { IfNoneMatch: "*" } : {});
      return true;
    } catch (error) {
      const failure = s3Failure(error, this.bucket.place(key));
      const refused = ifAbsent && isConflict(error);
      const unsure = mayPass(failure) || (error instanceof Error && error.name === "NoSuchUpload");
      if (!refused && !unsure) throw failure;
      const head = await this.head(key).catch((lost: unknown) => {
        throw refused ? lost : failure;
      });
      if (head?.metadata["writer"] === writer) return true;
      if (refused) return false;
      throw failure;
    }
  }

  /** A stream may be of any length: 10,000 parts of 8 MiB are 78 GiB. */
  private partBytesOf(bytes: Bytes | null): number {
    return Math.max(this.partBytes, Math.ceil((bytes?.sizeBytes ?? 0) / MOST_PARTS));
  }

  private head(key: string): Promise<S3Head | null> {
    return patiently(this.patience, () => this.bucket.head(key));
  }

  private target(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.bucket.name, Key: key };
  }
}

function changed({ key }: Put): CanonryError {
  return new CanonryError("STORAGE_CONFLICT", `${key} changed while it was read`);
}

function metadataOf({ writer }: Put, sha256: string | null): Record<string, string> {
  return sha256 === null ? { writer } : { writer, sha256 };
}

/** Null of a stream. */
function repeatable(key: string, content: StoredContent): Bytes | null {
  if (isStream(content)) return null;
  if (isBytes(content)) return content;
  if (typeof content === "string") return bytesOf(key, Buffer.from(content, "utf8"));
  return bytesOf(key, Buffer.from(content.buffer, content.byteOffset, content.byteLength));
}

/** What is known of content before it is sent. */
interface Known {
  readonly sha256: string;
  /** In base64. */
  readonly md5: string;
}

/** Both digests of what passes. */
class Digests {
  private readonly sha256 = createHash("sha256");
  private readonly md5 = createHash("md5");

  async *pass(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.sha256.update(chunk);
      this.md5.update(chunk);
      yield chunk;
    }
  }

  /** Once, behind the last chunk. */
  known(): Known {
    return { sha256: this.sha256.digest("hex"), md5: this.md5.digest("base64") };
  }
}

async function look(bytes: Bytes): Promise<Known> {
  const seen = new Digests();
  for await (const _chunk of seen.pass(bytes.stream()));
  return seen.known();
}

async function sha256Of(bytes: Bytes): Promise<string> {
  if (bytes.sha256 !== undefined) return bytes.sha256;
  const hash = createHash("sha256");
  for await (const chunk of bytes.stream()) hash.update(chunk);
  return hash.digest("hex");
}
