import { Readable } from "node:stream";
import { GetObjectCommand, type GetObjectCommandOutput } from "@aws-sdk/client-s3";
import { CanonryError } from "../../model/errors.ts";
import type { Bytes } from "../../model/storage/bytes.ts";
import type { S3Bucket, S3Head } from "./s3-bucket.ts";
import { s3Failure, statusOf } from "./s3-failure.ts";

/** Comes with the opening: a small object takes one request, and no body is left lying on a connection. */
const FIRST_BYTES = 64 << 10;

/**
 * The bytes of one object as it is now; if it is replaced, reading on is STORAGE_CONFLICT. Null if there is none.
 * Memory: its first 64 KiB, and one chunk.
 */
export async function openS3Bytes(bucket: S3Bucket, key: string): Promise<Bytes | null> {
  const range = { Bucket: bucket.name, Key: key, Range: `bytes=0-${FIRST_BYTES - 1}` };
  const found = await bucket.find(key, async (client) => {
    try {
      return await client.send(new GetObjectCommand(range));
    } catch (error) {
      // Nothing has no first byte.
      if (statusOf(error) === 416) return "empty";
      throw error;
    }
  });
  if (found === null) return null;
  if (found === "empty") {
    const head = await bucket.head(key);
    return head && s3Bytes(bucket, key, head);
  }
  const sizeBytes = Number(/\/(\d+)$/.exec(found.ContentRange ?? "")?.[1] ?? found.ContentLength);
  const first: Buffer[] = [];
  const firstBytes = Math.min(FIRST_BYTES, sizeBytes);
  for await (const chunk of bodyOf(bucket.place(key), found, firstBytes)) first.push(chunk);
  const head = { sizeBytes, etag: found.ETag ?? "", metadata: found.Metadata ?? {} };
  return s3Bytes(bucket, key, head, Buffer.concat(first));
}

/** The same where the head is known already. */
export function s3Bytes(
  bucket: S3Bucket,
  key: string,
  head: Omit<S3Head, "modifiedAt">,
  first: Buffer = Buffer.alloc(0),
): Bytes {
  const size = head.sizeBytes;
  const { sha256 } = head.metadata;
  const range = async function* (start: number, end: number): AsyncGenerator<Buffer> {
    if (start < first.length) yield first.subarray(start, end);
    const rest = Math.max(start, first.length);
    if (rest < end) yield* fetched(bucket, key, head.etag, rest, end);
  };
  return {
    name: key,
    sizeBytes: size,
    localPath: null,
    ...(sha256 === undefined ? {} : { sha256 }),
    async read(offset, length) {
      const chunks: Buffer[] = [];
      const end = Math.min(size, offset + length);
      for await (const chunk of range(Math.min(offset, end), end)) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
    stream: (start = 0) => range(start, size),
  };
}

/** From `start` up to `end`, all of it or an error. */
async function* fetched(
  bucket: S3Bucket,
  key: string,
  etag: string,
  start: number,
  end: number,
): AsyncGenerator<Buffer> {
  const range = {
    Bucket: bucket.name,
    Key: key,
    IfMatch: etag,
    Range: `bytes=${start}-${end - 1}`,
  };
  const found = await bucket.find(key, (client) => client.send(new GetObjectCommand(range)));
  const place = bucket.place(key);
  if (found === null) {
    throw new CanonryError("STORAGE_CONFLICT", `${place} went away while it was read`);
  }
  const said = found.ContentLength ?? end - start;
  if (said !== end - start) throw short(place, said);
  yield* bodyOf(place, found, end - start);
}

/** So many bytes of an answer, or an error; of one that goes on, the beginning. */
async function* bodyOf(
  place: string,
  { Body }: GetObjectCommandOutput,
  bytes: number,
): AsyncGenerator<Buffer> {
  const body = Body instanceof Readable ? Body : Readable.from([]);
  let left = bytes;
  try {
    for await (const chunk of body) {
      const part = (chunk as Buffer).subarray(0, left);
      left -= part.length;
      yield part;
      if (left === 0) return;
    }
  } catch (error) {
    throw broken(error, place);
  } finally {
    // What has come to its end leaves its connection for the next request.
    if (!body.readableEnded) body.destroy();
  }
  if (left > 0) throw short(place, bytes - left);
}

function short(place: string, bytes: number): CanonryError {
  return new CanonryError("STORAGE_UNAVAILABLE", `${place}: the answer has ${bytes} bytes`);
}

/** A body that is cut ends in an error of the connection. */
function broken(error: unknown, place: string): unknown {
  const failure = s3Failure(error, place);
  if (failure instanceof CanonryError || !(error instanceof Error)) return failure;
  return new CanonryError("STORAGE_UNAVAILABLE", `${place}: ${error.message}`);
}
