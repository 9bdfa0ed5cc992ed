import { HeadBucketCommand, HeadObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { isMissing, s3Failure } from "./s3-failure.ts";

/** What the head of an object says. */
export interface S3Head {
  readonly sizeBytes: number;
  readonly modifiedAt: string;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** One bucket: every request goes through it, once, and fails as ours do. */
export class S3Bucket {
  readonly name: string;
  readonly client: S3Client;
  private isThere = false;

  constructor(client: S3Client, name: string) {
    this.client = client;
    this.name = name;
  }

  place(key: string): string {
    return `s3://${this.name}/${key}`;
  }

  async ask<Output>(key: string, send: (client: S3Client) => Promise<Output>): Promise<Output> {
    try {
      return await send(this.client);
    } catch (error) {
      throw s3Failure(error, this.place(key));
    }
  }

  /** Null if there is no such object. Throws STORAGE_MISSING if there is no bucket. */
  async find<Output>(
    key: string,
    send: (client: S3Client) => Promise<Output>,
  ): Promise<Output | null> {
    try {
      return await send(this.client);
    } catch (error) {
      if (!isMissing(error)) throw s3Failure(error, this.place(key));
      await this.mustBeThere();
      return null;
    }
  }

  head(key: string): Promise<S3Head | null> {
    return this.find(key, async (client) => {
      const head = await client.send(new HeadObjectCommand({ Bucket: this.name, Key: key }));
      return {
        sizeBytes: head.ContentLength ?? 0,
        modifiedAt: (head.LastModified ?? new Date(0)).toISOString(),
        etag: head.ETag ?? "",
        metadata: head.Metadata ?? {},
      };
    });
  }

  /** A head without a body is answered with 404 by a server that lacks the bucket, too: asked once. */
  private async mustBeThere(): Promise<void> {
    if (this.isThere) return;
    try {
      await this.client.send(new HeadBucketCommand({ Bucket: this.name }));
    } catch (error) {
      if (error instanceof Error && isMissing(error)) error.name = "NoSuchBucket";
      throw s3Failure(error, `s3://${this.name}`);
    }
    this.isThere = true;
  }
}
