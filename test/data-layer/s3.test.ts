import type { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll } from "vitest";
import { faultSuite } from "../support/s3-fault-suite.ts";
import { S3Responder } from "../support/s3-responder.ts";
import { clientOf } from "../support/s3-server.ts";

let buckets = 0;
const newBucket = (): Promise<string> => Promise.resolve(`bucket-${++buckets}`);

const servers = [
  { conditions: "all", only: /./ },
  { conditions: "whole", only: /parts if absent|stream if absent/ },
] as const;
for (const { conditions, only } of servers) {
  let responder: S3Responder;
  let client: S3Client;
  beforeAll(async () => {
    responder = await new S3Responder(conditions).start();
    client = clientOf(responder.endpoint);
  });
  afterAll(async () => {
    client.destroy();
    await responder.close();
  });
  faultSuite(
    `one request goes wrong where conditions count for ${conditions} objects`,
    () => ({ endpoint: responder.endpoint, client, newBucket }),
    { partBytes: 1000, largeBytes: 2500, most: 3, silenceMs: 250, only },
  );
}
