import { Readable } from "node:stream";
import { GetObjectCommand, type GetObjectCommandOutput } from "@aws-sdk/client-s3";
import type { Bytes } from "../model/bytes.ts";
import { CanonryError } from "../model/errors.ts";
import type { S3Bucket, S3Head } from "./s3-bucket.ts";
import { s3Failure } from "./s3-failure.ts";

/** The bytes of one object as it was when it was opened; replaced meanwhile, reading is STORAGE_CONFLICT. */
export function s3Bytes(bucket: S3Bucket, key: string, head: S3Head): Bytes {
  const size = head.sizeBytes;
  const { sha256 } = head.metadata;
  return {
    name: key,
    sizeBytes: size,
    localPath: null,
    ...(sha256 === undefined ? {} : { sha256 }),
    async read(offset, length) {
      const end = Math.min(size, offset + length);
      if (offset >= end) return Buffer.alloc(0);
      const chunks: Uint8Array[] = [];
      for await (const chunk of range(bucket, key, head, offset, end)) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
    stream: (start = 0) => range(bucket, key, head, start, size),
  };
}

/** From `start` up to `end`, all of it or an error. Memory: one chunk. */
async function* range(
  bucket: S3Bucket,
  key: string,
  { etag, sizeBytes }: S3Head,
  start: number,
  end: number,
): AsyncGenerator<Buffer> {
  if (start >= end) return;
  const whole = start === 0 && end === sizeBytes;
  const found = await bucket.find(key, (client) =>
    client.send(
      new GetObjectCommand({
        Bucket: bucket.name,
        Key: key,
        IfMatch: etag,
        ...(whole ? {} : { Range: `bytes=${start}-${end - 1}` }),
      }),
    ),
  );
  if (found === null) {
    throw new CanonryError("STORAGE_CONFLICT", `${bucket.place(key)} went away while it was read`);
  }
  const body = bodyOf(found);
  let at = start;
  try {
    const said = found.ContentLength ?? end - start;
    if (said !== end - start) throw short(bucket.place(key), said);
    for await (const chunk of body) {
      at += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  } catch (error) {
    throw broken(error, bucket.place(key));
  } finally {
    body.destroy();
  }
  if (at !== end) throw short(bucket.place(key), at - start);
}

function bodyOf({ Body }: GetObjectCommandOutput): Readable {
  return Body instanceof Readable ? Body : Readable.from([]);
}

function short(place: string, bytes: number): CanonryError {
  return new CanonryError("STORAGE_UNAVAILABLE", `${place}: the answer has ${bytes} bytes`);
}

/** A body that is cut ends in an error of the connection. */
function broken(error: unknown, place: string): unknown {
  const failure = s3Failure(error, place);
  if (failure instanceof CanonryError || !(error instanceof Error)) return failure;
  return new CanonryError(
    "STORAGE_UNAVAILABLE",
    `${place}: ${error.message}`,
    {},
    { cause: error },
  );
}
