// What S3 storage costs over the bare SDK: one large object and many small ones, put and got, in turn, on the same
// server in the same run. Ours checks what it sends and reads, and knows its own writes again. The SDK puts as it
// does by its own means, Upload of lib-storage with parts of the same size, and gets by GetObject; `one_put` is its
// PutObject of the whole, which it cannot do for a stream; `hashed_get` its GetObject with the sha256 that ours takes
// of what comes, so the same work. One JSON line a kind; ratios are the SDK's time over ours, medians of the rounds.
//   node bench/s3.mjs [megabytes] [small objects]     CANONRY_BENCH_S3: the server, http://127.0.0.1:8090
import { createHash, randomBytes } from "node:crypto";
import process from "node:process";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { PATIENCE } from "../dist/data-layer/retry.js";
import { s3Client } from "../dist/data-layer/s3/s3-client.js";
import { S3Storage } from "../dist/data-layer/s3/s3-storage.js";
import { RetryingStorage } from "../dist/data-layer/storage/retrying-storage.js";
import { VerifiedStorage } from "../dist/data-layer/storage/verified-storage.js";
import { Secret } from "../dist/model/secret.js";
import { print } from "./support/measure.mjs";

const ROUNDS = 5;
const AT_ONCE = 8;
const [megabytes = 64, objects = 200] = process.argv.slice(2).map(Number);

const client = s3Client({
  region: "us-east-1",
  endpoint: process.env.CANONRY_BENCH_S3 ?? "http://127.0.0.1:8090",
  forcePathStyle: true,
  credentials: {
    accessKeyId: new Secret("tester"),
    secretAccessKey: new Secret("testing123"),
    sessionToken: null,
  },
});
const Bucket = `canonry-bench-${process.pid}-${Date.now()}`;
await client.send(new CreateBucketCommand({ Bucket }));
const patience = { ...PATIENCE, signal: new AbortController().signal, random: Math.random };
const storage = new VerifiedStorage(
  new RetryingStorage(new S3Storage({ client, bucket: Bucket, prefix: "", patience }), patience),
);

const ours = {
  put: (key, content) => storage.put(key, content),
  async get(key) {
    let bytes = 0;
    for await (const chunk of (await storage.open(key)).stream()) bytes += chunk.length;
    return bytes;
  },
};
const sdk = {
  put: (Key, Body) =>
    new Upload({
      client,
      params: { Bucket, Key, Body },
      partSize: 8 << 20,
      queueSize: 3,
    }).done(),
  async get(Key) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    let bytes = 0;
    for await (const chunk of Body) bytes += chunk.length;
    return bytes;
  },
};

const byHand = {
  put: (Key, Body) => client.send(new PutObjectCommand({ Bucket, Key, Body })),
  async get(Key) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const chunk of Body) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    if (hash.digest("hex").length !== 64) throw new Error(Key);
    return bytes;
  },
};

async function seconds(keys, work) {
  const startedAt = performance.now();
  const left = [...keys];
  const worker = async () => {
    for (let key = left.pop(); key !== undefined; key = left.pop()) await work(key);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return (performance.now() - startedAt) / 1000;
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

async function compare(kind, keys, content) {
  const peers = { ours, sdk, byHand };
  const times = Object.fromEntries(Object.keys(peers).map((name) => [name, { put: [], get: [] }]));
  // The first round warms both up, and does not count.
  for (let round = 0; round <= ROUNDS; round++) {
    const all = Object.entries(peers);
    for (const [name, one] of round % 2 === 0 ? all : all.reverse()) {
      const put = await seconds(keys, (key) => one.put(`${name}/${key}`, content));
      const get = await seconds(keys, async (key) => {
        if ((await one.get(`${name}/${key}`)) !== content.length)
          throw new Error(`${key} is short`);
      });
      if (round > 0) times[name].put.push(put);
      if (round > 0) times[name].get.push(get);
      await seconds(keys, (key) =>
        client.send(new DeleteObjectCommand({ Bucket, Key: `${name}/${key}` })),
      );
    }
  }
  const figures = (name) => [median(times[name].put), median(times[name].get)];
  const [put, get] = figures("ours");
  const [sdkPut, sdkGet] = figures("sdk");
  print({
    kind,
    objects: keys.length,
    megabytes: (keys.length * content.length) / 2 ** 20,
    put_seconds: put,
    put_ratio: sdkPut / put,
    one_put_ratio: median(times.byHand.put) / put,
    get_seconds: get,
    get_ratio: sdkGet / get,
    hashed_get_ratio: median(times.byHand.get) / get,
  });
}

await compare("one large object", ["large"], randomBytes(megabytes * 2 ** 20));
const names = Array.from({ length: objects }, (_, at) => `small-${at}`);
await compare("many small objects", names, randomBytes(10_000));
client.destroy();
