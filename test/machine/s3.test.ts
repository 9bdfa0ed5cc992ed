import { afterAll, beforeAll } from "vitest";
import { PATIENCE, type Patience } from "../../src/data-layer/retry.ts";
import { RetryingStorage } from "../../src/data-layer/retrying-storage.ts";
import { S3Storage } from "../../src/data-layer/s3-storage.ts";
import { VerifiedStorage } from "../../src/data-layer/verified-storage.ts";
import { type S3Server, startS3Server } from "../support/s3-server.ts";
import { storageSuite } from "../support/storage-suite.ts";

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
}, 120_000);
afterAll(() => server.close());

const patience: Patience = {
  ...PATIENCE,
  signal: new AbortController().signal,
  random: () => 0.5,
};

storageSuite("S3Storage", async () => {
  const bucket = await server.newBucket();
  const storage = new S3Storage({ client: server.client, bucket, prefix: "", patience });
  return new VerifiedStorage(new RetryingStorage(storage, patience));
});
