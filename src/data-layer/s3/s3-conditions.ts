import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { CanonryError } from "../../model/errors.ts";
import { writerName } from "../leftovers.ts";
import type { S3Bucket } from "./s3-bucket.ts";
import { isConflict, isUnknownToServer, s3Failure } from "./s3-failure.ts";

/**
 * Whether a server keeps its word with `If-None-Match: *`: many say that they speak S3 and let every writer win.
 * Found out by writing over an object of one's own, beside the first object that is put if absent, once for each
 * bucket and process: it costs three small requests, and three more before the first such object in parts.
 */
export class S3Conditions {
  private readonly bucket: S3Bucket;
  private readonly folder: string;
  private whole: Promise<void> | null = null;
  private parts: Promise<boolean> | null = null;

  /** `folder` is where probes stand for a moment. */
  constructor(bucket: S3Bucket, folder: string) {
    this.bucket = bucket;
    this.folder = folder;
  }

  /** Throws STORAGE_UNFIT if a condition is passed over where an object is put in one request. */
  ofPuts(): Promise<void> {
    this.whole ??= this.probed(async (probe) => {
      if (await this.isRefused(probe, () => this.put(probe))) return;
      const broken = "it wrote over an object that was to be put only if absent";
      throw new CanonryError("STORAGE_UNFIT", `s3://${this.bucket.name}: ${broken}`);
    });
    return this.forgetting(this.whole, () => {
      this.whole = null;
    });
  }

  /** Whether a condition counts where an object is put in parts. */
  ofUploads(): Promise<boolean> {
    this.parts ??= this.probed((probe) => this.isRefused(probe, () => this.upload(probe)));
    return this.forgetting(this.parts, () => {
      this.parts = null;
    });
  }

  /** What could not be asked is asked again. */
  private forgetting<Result>(asked: Promise<Result>, forget: () => void): Promise<Result> {
    return asked.catch((error: unknown) => {
      if (!(error instanceof CanonryError && error.code === "STORAGE_UNFIT")) forget();
      throw error;
    });
  }

  private async probed<Result>(work: (probe: string) => Promise<Result>): Promise<Result> {
    const probe = this.folder + writerName();
    try {
      await this.bucket.ask(probe, () => this.put(probe));
      return await work(probe);
    } finally {
      const all = { Bucket: this.bucket.name, Key: probe };
      // What stays is swept.
      await this.bucket
        .ask(probe, (client) => client.send(new DeleteObjectCommand(all)))
        .catch(() => undefined);
    }
  }

  private async isRefused(probe: string, write: () => Promise<unknown>): Promise<boolean> {
    try {
      await write();
      return false;
    } catch (error) {
      if (isConflict(error)) return true;
      if (isUnknownToServer(error)) return false;
      throw s3Failure(error, this.bucket.place(probe));
    }
  }

  private put(probe: string): Promise<unknown> {
    const all = { Bucket: this.bucket.name, Key: probe };
    return this.bucket.client.send(
      new PutObjectCommand({ ...all, Body: "probe", IfNoneMatch: "*" }),
    );
  }

  private async upload(probe: string): Promise<void> {
    const { client, name: Bucket } = this.bucket;
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({ Bucket, Key: probe }),
    );
    const all = { Bucket, Key: probe, UploadId };
    try {
      const { ETag } = await client.send(
        new UploadPartCommand({ ...all, PartNumber: 1, Body: "probe" }),
      );
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
      await client.send(
        new CompleteMultipartUploadCommand({ ...all, MultipartUpload, IfNoneMatch: "*" }),
      );
    } finally {
      await client.send(new AbortMultipartUploadCommand(all)).catch(() => undefined);
    }
  }
}
