import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import process from "node:process";
import { promisify } from "node:util";
import {
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gather } from "../../src/data-layer/content.ts";
import { S3Storage } from "../../src/data-layer/s3/s3-storage.ts";
import { verify } from "../../src/inquiry/verify/index.ts";
import type { Bytes } from "../../src/model/storage/bytes.ts";
import { backfill } from "../../src/pipeline/backfill.ts";
import { ailments, doctorOf } from "../support/doctor.ts";
import { demoHome, PROJECT } from "../support/home.ts";
import { faultSuite, PATIENT, s3Storage } from "../support/s3-fault-suite.ts";
import { clientOf, KEYS, type S3Server, startS3Server } from "../support/s3-server.ts";
import {
  inChunks,
  keysOf,
  noise,
  storageSuite,
  textOf,
  wholeOf,
} from "../support/storage-suite.ts";
import { EVERYTHING, worldOf } from "../support/world.ts";

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
}, 300_000);
afterAll(() => server.close());

storageSuite("S3Storage", async () => s3Storage(server.client, await server.newBucket()));

faultSuite("one request goes wrong before a real server", () => server, {
  partBytes: 5 << 20,
  largeBytes: (5 << 20) + 1000,
  most: 1,
  silenceMs: 1_500,
});

test("missing, forbidden and unavailable are three things, and no message holds a key", async () => {
  const bucket = await server.newBucket();
  const [strange, away] = [{ secret: "not-the-secret" }, { silenceMs: 500 }];
  const forbidden = s3Storage(clientOf(server.endpoint, strange), bucket);
  const unavailable = new S3Storage({
    client: clientOf("http://127.0.0.1:1", away),
    bucket,
    prefix: "",
    patience: PATIENT,
  });
  const nowhere = s3Storage(server.client, `${bucket}-is-not-there`);
  expect(await s3Storage(server.client, bucket).stat("a")).toBeNull();
  for (const [storage, code] of [
    [forbidden, "STORAGE_FORBIDDEN"],
    [unavailable, "STORAGE_UNAVAILABLE"],
    [nowhere, "STORAGE_MISSING"],
  ] as const) {
    for (const act of [
      () => storage.stat("a"),
      () => storage.open("a"),
      () => storage.put("a", "x"),
      () => storage.put("a", "x", { ifAbsent: true }),
      () => storage.put("a", inChunks(noise(9))),
      () => storage.remove("a"),
      () => storage.move("a", "b"),
      () => keysOf(storage, ""),
    ]) {
      const error: unknown = await act().catch((one: unknown) => one);
      expect(error).toMatchObject({ code, exit: 7 });
      const said = JSON.stringify(error) + (error as Error).stack;
      expect(said).not.toMatch(/not-the-secret|Credential=|tester/);
    }
  }
});

test("an upload that fails is aborted, and one that was never ended is swept", async () => {
  const bucket = await server.newBucket();
  const storage = s3Storage(server.client, bucket);
  const uploads = async (): Promise<number> => {
    const found = await server.client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return found.Uploads?.length ?? 0;
  };
  const cut = async function* (): AsyncGenerator<Uint8Array> {
    yield* inChunks(noise(17));
    throw new Error("cut");
  };
  await expect(storage.put("a", cut())).rejects.toThrow("cut");
  expect(await uploads()).toBe(0);
  await server.client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: "left" }));
  expect(await storage.unfinished?.(Date.now() - 60_000)).toEqual([]);
  const [left] = (await storage.unfinished?.(Date.now() + 60_000)) ?? [];
  expect([left?.name, await uploads()]).toEqual(["left", 1]);
  expect(await left?.discard()).toBe(true);
  expect(await uploads()).toBe(0);
});

test("what was written is what is read: another content under the old checksum is STORAGE_DAMAGED", async () => {
  const bucket = await server.newBucket();
  const storage = s3Storage(server.client, bucket);
  const sum = createHash("sha256").update("as it was").digest("hex");
  await storage.put("a", "as it was");
  expect((await storage.open("a"))?.sha256).toBe(sum);
  const forged = { Bucket: bucket, Key: "a", Body: "as it is!", Metadata: { sha256: sum } };
  await server.client.send(new PutObjectCommand(forged));
  await expect(textOf(storage, "a")).rejects.toMatchObject({ code: "STORAGE_DAMAGED", exit: 7 });
});

test("an object that is replaced while it is read is STORAGE_CONFLICT, never a mixture", async () => {
  const storage = s3Storage(server.client, await server.newBucket());
  await storage.put("a", noise(1, 1));
  const bytes = await storage.open("a");
  await storage.put("a", noise(1, 2));
  await expect(bytes?.read(100_000, 10)).rejects.toMatchObject({ code: "STORAGE_CONFLICT" });
});

test("an object beyond what one copy takes is copied in parts", async () => {
  const bucket = await server.newBucket();
  const copy = { mostBytes: 6 << 20, partBytes: 5 << 20 };
  const options = { client: server.client, bucket, prefix: "", patience: PATIENT, copy };
  const storage = new S3Storage(options);
  const content = noise(7);
  await storage.put("a", content);
  expect(await storage.move("a", "b")).toBe(true);
  expect((await wholeOf(s3Storage(server.client, bucket), "b"))?.equals(content)).toBe(true);
  expect(await keysOf(storage, "")).toEqual(["b"]);
});

const s3Keys = (bucket: string): string => `  s3:
    bucket: ${bucket}
    prefix: lake
    endpoint: ${server.endpoint}
    aws_access_key_id: ${KEYS.id}
    aws_secret_access_key: ${KEYS.secret}
`;

describe("the whole backfill of the demo", () => {
  const sha = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

  /** What one has in the end, wherever it is kept: loads and their digests, manifests, bytes of exports. */
  async function outcome(settings: string, bucket: string): Promise<Record<string, unknown>> {
    const home = await demoHome();
    try {
      await home.write("config/settings.yaml", settings);
      const world = await worldOf(home);
      try {
        expect((await backfill(world, EVERYTHING)).exit).toBe(0);
        const verified = await verify(world, { publications: [], periods: [], deep: true });
        expect(verified.differences).toEqual([]);
        const again = await backfill(world, EVERYTHING);
        expect(new Set(again.releases.map((one) => one.status))).toEqual(new Set(["unchanged"]));
        const loads = await world.database.rows(
          "select source, period, vintage, key, rows_data, digest, is_current from ops.load order by 1, 2, 3",
        );
        const exports: Record<string, string> = {};
        for (const name of await world.data.listExports()) {
          exports[name] = sha(await gather((await world.data.openExport(name)) as Bytes));
        }
        const manifests = await home.snapshot("manifests/canonical");
        expect(ailments(await doctorOf(home))).toEqual([
          expect.stringMatching(/^BACKUP_NONE data\/backups: /),
        ]);
        await world.close();
        const kept = (await keysOf(s3Storage(server.client, bucket), "")).map(shape);
        const local = Object.keys(await home.snapshot("data/acquire", "data/exports", "data/logs"));
        return { verified, loads, exports, manifests, kept, local: local.map(shape) };
      } finally {
        await world.close().catch(() => undefined);
      }
    } finally {
      await home.close();
    }
  }

  /** The first folders of a key. */
  const shape = (key: string): string => key.split("/").slice(0, 2).join("/");

  test("gives the same database, manifests and exports on local, S3 and both", async () => {
    const [bucket, mixed] = [await server.newBucket(), await server.newBucket()];
    const local = await outcome(`storage:\n  backend: local\n${s3Keys(bucket)}`, bucket);
    expect(new Set(local["kept"] as string[])).toEqual(new Set());
    const s3 = await outcome(`storage:\n  backend: s3\n${s3Keys(bucket)}`, bucket);
    expect(new Set(s3["kept"] as string[])).toEqual(
      new Set(["lake/acquire", "lake/exports", "lake/logs"]),
    );
    expect(s3["local"]).toEqual([]);
    const hybrid = await outcome(
      `storage:\n${s3Keys(mixed)}  roles:\n    exports: { backend: s3 }\n`,
      mixed,
    );
    expect(new Set(hybrid["kept"] as string[])).toEqual(new Set(["lake/exports"]));
    expect(new Set(hybrid["local"] as string[])).toEqual(new Set(["data/acquire", "data/logs"]));
    for (const other of [s3, hybrid]) {
      for (const key of ["verified", "loads", "exports", "manifests"]) {
        expect(other[key], key).toEqual(local[key]);
      }
    }
  });
});

test("the doctor of a home in a bucket sees an upload that was never ended", async () => {
  const bucket = await server.newBucket();
  const home = await demoHome();
  try {
    await home.write("config/settings.yaml", `storage:\n  backend: s3\n${s3Keys(bucket)}`);
    expect(ailments(await doctorOf(home))).toEqual([expect.stringMatching(/^DATABASE_NEW /)]);
    const left = { Bucket: bucket, Key: "lake/exports/left.parquet" };
    await server.client.send(new CreateMultipartUploadCommand(left));
    const told = ailments(await doctorOf(home, { bounds: { unfinishedMs: -60_000 } }));
    expect(told).toContainEqual(expect.stringMatching(/^UNFINISHED lake\/exports\/left.parquet: /));
  } finally {
    await home.close();
  }
});

test("node bench/s3.mjs", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["bench/s3.mjs", "9", "20"], {
    cwd: PROJECT,
    env: { ...process.env, CANONRY_BENCH_S3: server.endpoint },
  });
  for (const line of stdout.trim().split("\n")) {
    const figures = Object.keys(JSON.parse(line) as object);
    expect(figures).toEqual(expect.arrayContaining(["put_ratio", "get_ratio"]));
  }
});
