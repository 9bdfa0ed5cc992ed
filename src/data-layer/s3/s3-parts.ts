import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { CanonryError } from "../../model/errors.ts";
import { type Patience, patiently } from "../retry.ts";
import type { S3Bucket } from "./s3-bucket.ts";

/** S3 takes no more of one object. */
export const MOST_PARTS = 10_000;

/** Parts that are under way at once. */
const AT_ONCE = 3;

export interface Upload {
  readonly bucket: S3Bucket;
  readonly patience: Patience;
  readonly key: string;
  readonly metadata: Record<string, string>;
}

/** What names one upload to the server. */
export interface UploadTarget {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string | undefined;
}

export type PartSender = (
  target: UploadTarget,
  number: number,
  client: S3Client,
) => Promise<CompletedPart>;

/** Sends the request that makes the object, with its condition; true if the object is there by it. */
export type Completion = (
  send: (condition: { readonly IfNoneMatch?: string }) => Promise<unknown>,
) => Promise<boolean>;

/**
 * One object in parts: there is nothing until the last request, and what failed or lost is taken back. Each part
 * is sent again where it may pass. Memory: the parts that are under way, and the next.
 */
export async function putInParts(
  upload: Upload,
  parts: AsyncIterable<PartSender>,
  decide: Completion,
): Promise<boolean> {
  const { bucket, patience, key: Key, metadata: Metadata } = upload;
  const all = { Bucket: bucket.name, Key };
  const { UploadId } = await patiently(patience, () =>
    bucket.ask(Key, (client) =>
      client.send(new CreateMultipartUploadCommand({ ...all, Metadata })),
    ),
  );
  const target = { ...all, UploadId };
  try {
    const sent = await sendParts(upload, target, parts);
    const MultipartUpload = { Parts: sent };
    const done = await decide((condition) =>
      bucket.client.send(
        new CompleteMultipartUploadCommand({ ...target, MultipartUpload, ...condition }),
      ),
    );
    if (!done) await abort(upload, target);
    return done;
  } catch (error) {
    await abort(upload, target);
    throw error;
  }
}

/** What cannot be aborted is swept later. */
async function abort({ bucket, patience, key }: Upload, target: UploadTarget): Promise<void> {
  await patiently(patience, () =>
    bucket.find(key, (client) => client.send(new AbortMultipartUploadCommand(target))),
  ).catch(() => undefined);
}

async function sendParts(
  { bucket, patience, key }: Upload,
  target: UploadTarget,
  parts: AsyncIterable<PartSender>,
): Promise<CompletedPart[]> {
  const sent: CompletedPart[] = [];
  const running = new Set<Promise<void>>();
  try {
    for await (const send of parts) {
      const number = sent.push({});
      if (number > MOST_PARTS) {
        throw new CanonryError("STORAGE_FULL", `${bucket.place(key)}: over ${MOST_PARTS} parts`);
      }
      const one: Promise<void> = patiently(patience, () =>
        bucket.ask(key, (client) => send(target, number, client)),
      ).then((part) => {
        sent[number - 1] = part;
        running.delete(one);
      });
      one.catch(() => undefined);
      running.add(one);
      if (running.size >= AT_ONCE) await Promise.race(running);
    }
    await Promise.all(running);
    return sent;
  } finally {
    await Promise.allSettled(running);
  }
}

/** Sends bytes as a part. The request is signed with their sha256, which the server compares. */
export function sendBytes(part: Buffer): PartSender {
  return async (target, PartNumber, client) => {
    const { ETag } = await client.send(
      new UploadPartCommand({ ...target, PartNumber, Body: part }),
    );
    return { PartNumber, ETag };
  };
}
