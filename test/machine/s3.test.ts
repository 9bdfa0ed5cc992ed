import { afterAll, beforeAll } from "vitest";
import { faultSuite, s3Storage } from "../support/s3-fault-suite.ts";
import { type S3Server, startS3Server } from "../support/s3-server.ts";
import { storageSuite } from "../support/storage-suite.ts";

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
}, 120_000);
afterAll(() => server.close());

storageSuite("S3Storage", async () => s3Storage(server.client, await server.newBucket()));

faultSuite("one request goes wrong before a real server", () => server, {
  partBytes: 5 << 20,
  most: 1,
});
