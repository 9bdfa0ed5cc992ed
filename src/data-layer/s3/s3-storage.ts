import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type MultipartUpload,
  type S3Client,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { CanonryError } from "../../model/errors.ts";
import type { Bytes } from "../../model/storage/bytes.ts";
import type {
  PutOptions,
  StorageBackend,
  StoredContent,
  StoredObject,
  UnfinishedWrite,
} from "../../model/storage/storage.ts";
import { isOrphan, UNFINISHED } from "../leftovers.ts";
import { checkedKey } from "../paths.ts";
import type { Patience } from "../retry.ts";
import { S3Bucket, type S3Head } from "./s3-bucket.ts";
import { openS3Bytes } from "./s3-bytes.ts";
import { type PartSender, putInParts } from "./s3-parts.ts";
import { S3Writer } from "./s3-writer.ts";

export interface S3Options {
  readonly client: S3Client;
  readonly bucket: string;
  /** What the keys begin with; empty, or with a slash at its end. Writes that never ended are looked for below it. */
  readonly prefix: string;
  /** For the parts of an upload, which nobody above can repeat; all else is asked once. */
  readonly patience: Patience;
  /** What is longer is put in parts of this size. Absent: 8 MiB. */
  readonly partBytes?: number;
  /** Absent: those of S3. */
  readonly copy?: { readonly mostBytes: number; readonly partBytes: number };
}

/** S3 copies no more in one request; larger objects are copied in parts of the second size. */
const COPY = { mostBytes: 5 * 2 ** 30, partBytes: 2 ** 30 };

/** Objects in a bucket. What stands in `<prefix>.unfinished/` is under way, and never listed. */
export class S3Storage implements StorageBackend {
  readonly properties = {
    kind: "s3",
    atomicPutIfAbsent: true,
    keepsWriters: true,
    localPaths: false,
  } as const;
  private readonly bucket: S3Bucket;
  private readonly writer: S3Writer;
  private readonly patience: Patience;
  private readonly prefix: string;
  private readonly unfinishedPrefix: string;
  private readonly copy: { readonly mostBytes: number; readonly partBytes: number };

  constructor({ client, bucket, prefix, patience, partBytes, copy = COPY }: S3Options) {
    this.bucket = new S3Bucket(client, bucket);
    this.prefix = prefix;
    this.unfinishedPrefix = `${prefix}${UNFINISHED}/`;
    this.patience = { ...patience, attempts: Math.min(patience.attempts, 3) };
    this.writer = new S3Writer(this.bucket, this.patience, this.unfinishedPrefix, partBytes);
    this.copy = copy;
  }

  async stat(key: string): Promise<StoredObject | null> {
    const head = await this.bucket.head(checkedKey(key));
    return head && { key, sizeBytes: head.sizeBytes, modifiedAt: head.modifiedAt };
  }

  async open(key: string): Promise<Bytes | null> {
    return openS3Bytes(this.bucket, checkedKey(key));
  }

  async put(key: string, content: StoredContent, options: PutOptions = {}): Promise<boolean> {
    return this.writer.put(checkedKey(key), content, options);
  }

  async remove(key: string): Promise<boolean> {
    if ((await this.bucket.head(checkedKey(key))) === null) return false;
    const target = this.target(key);
    await this.bucket.ask(key, (client) => client.send(new DeleteObjectCommand(target)));
    return true;
  }

  /** A copy by the server, then the removal of the source; in between both are there. */
  async move(from: string, to: string): Promise<boolean> {
    const head = await this.bucket.head(checkedKey(from));
    checkedKey(to);
    if (head === null) return false;
    if (from === to) return true;
    if (head.sizeBytes > this.copy.mostBytes) await this.copyInParts(from, head, to);
    else await this.copyWhole(from, head, to);
    const copied = await this.bucket.head(to);
    if (copied?.sizeBytes !== head.sizeBytes) {
      throw new CanonryError("STORAGE_CONFLICT", `${this.bucket.place(to)} is not what was copied`);
    }
    return this.remove(from);
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    for (let ContinuationToken: string | undefined; ; ) {
      const page = await this.bucket.ask(prefix, (client) =>
        client.send(
          new ListObjectsV2Command({
            Bucket: this.bucket.name,
            Prefix: prefix,
            EncodingType: "url",
            ContinuationToken,
          }),
        ),
      );
      if (page.IsTruncated === undefined) throw this.senseless(prefix);
      for (const found of page.Contents ?? []) {
        const key = decoded(found.Key);
        if (key.startsWith(this.unfinishedPrefix) || key.endsWith("/")) continue;
        const modifiedAt = (found.LastModified ?? new Date(0)).toISOString();
        yield { key, sizeBytes: found.Size ?? 0, modifiedAt };
      }
      ContinuationToken = page.NextContinuationToken;
      if (!page.IsTruncated) return;
      if (ContinuationToken === undefined) throw this.senseless(prefix);
    }
  }

  /** Uploads say nothing of who makes them, so they go by age alone. */
  async unfinished(olderThanMs: number): Promise<readonly UnfinishedWrite[]> {
    const uploads = await this.uploadsBefore(olderThanMs);
    const aside = { Bucket: this.bucket.name, Prefix: this.unfinishedPrefix };
    const { Contents = [] } = await this.bucket.ask(this.unfinishedPrefix, (client) =>
      client.send(new ListObjectsV2Command(aside)),
    );
    const left = Contents.filter(({ Key = "", LastModified }) => {
      const isOld = (LastModified?.getTime() ?? 0) < olderThanMs;
      return isOld || isOrphan(Key.slice(this.unfinishedPrefix.length));
    });
    return [
      ...uploads.map(({ Key = "", UploadId }) => ({
        name: Key,
        discard: async () => {
          const target = { ...this.target(Key), UploadId };
          const send = (client: S3Client) => client.send(new AbortMultipartUploadCommand(target));
          return (await this.bucket.find(Key, send)) !== null;
        },
      })),
      ...left.map(({ Key = "" }) => ({ name: Key, discard: () => this.remove(Key) })),
    ];
  }

  private async uploadsBefore(olderThanMs: number): Promise<readonly MultipartUpload[]> {
    const { Uploads = [] } = await this.bucket.ask(this.prefix, (client) =>
      client.send(
        new ListMultipartUploadsCommand({ Bucket: this.bucket.name, Prefix: this.prefix }),
      ),
    );
    return Uploads.filter(({ Initiated }) => (Initiated?.getTime() ?? 0) < olderThanMs);
  }

  private async copyWhole(from: string, { etag }: S3Head, to: string): Promise<void> {
    const source = { CopySource: this.copySource(from), CopySourceIfMatch: etag };
    await this.bucket.ask(from, (client) =>
      client.send(new CopyObjectCommand({ ...this.target(to), ...source })),
    );
  }

  private async copyInParts(from: string, head: S3Head, to: string): Promise<void> {
    const { partBytes } = this.copy;
    const source = { CopySource: this.copySource(from), CopySourceIfMatch: head.etag };
    const parts = async function* (): AsyncGenerator<PartSender> {
      for (let at = 0; at < head.sizeBytes; at += partBytes) {
        const last = Math.min(head.sizeBytes, at + partBytes) - 1;
        yield async (target, PartNumber, client) => {
          const range = { CopySourceRange: `bytes=${at}-${last}` };
          const { CopyPartResult } = await client.send(
            new UploadPartCopyCommand({ ...target, ...source, ...range, PartNumber }),
          );
          return { PartNumber, ETag: CopyPartResult?.ETag };
        };
      }
    };
    const { bucket, patience } = this;
    const upload = { bucket, patience, key: to, metadata: { ...head.metadata } };
    await putInParts(upload, parts(), async (send) => {
      await bucket.ask(to, () => send({}));
      return true;
    });
  }

  private copySource(key: string): string {
    return `${this.bucket.name}/${key.split("/").map(encodeURIComponent).join("/")}`;
  }

  private senseless(prefix: string): CanonryError {
    return new CanonryError(
      "STORAGE_UNAVAILABLE",
      `${this.bucket.place(prefix)}: the list makes no sense`,
    );
  }

  private target(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.bucket.name, Key: key };
  }
}

function decoded(key = ""): string {
  return decodeURIComponent(key.replaceAll("+", " "));
}
