import type { S3Client } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { PATIENCE, type Patience } from "../../src/data-layer/retry.ts";
import { S3Storage } from "../../src/data-layer/s3/s3-storage.ts";
import { RetryingStorage } from "../../src/data-layer/storage/retrying-storage.ts";
import { VerifiedStorage } from "../../src/data-layer/storage/verified-storage.ts";
import { CanonryError } from "../../src/model/errors.ts";
import { sha256 } from "../../src/model/hash.ts";
import type { StorageBackend } from "../../src/model/storage/storage.ts";
import { FAULTS, type Fault, FaultProxy } from "./fault-proxy.ts";
import { clientOf } from "./s3-server.ts";
import { inChunks, keysOf, noise, wholeOf } from "./storage-suite.ts";

export const PATIENT: Patience = {
  ...PATIENCE,
  signal: new AbortController().signal,
  random: () => 0.5,
};

const QUICK: Patience = { ...PATIENT, firstMs: 1, longestMs: 2 };

/** S3 as the program uses it. */
export function s3Storage(
  client: S3Client,
  bucket: string,
  { patience = PATIENT, partBytes = 8 << 20 } = {},
): StorageBackend {
  const storage = new S3Storage({ client, bucket, prefix: "", patience, partBytes });
  return new VerifiedStorage(new RetryingStorage(storage, patience));
}

/** What is done, what it gives, and what is there before and after it. */
interface Operation {
  readonly run: (storage: StorageBackend) => Promise<unknown>;
  readonly gives: unknown;
  readonly before: Readonly<Record<string, Buffer>>;
  readonly after: Readonly<Record<string, Buffer>>;
  /** Faults that nothing can tell from the truth: no checksum covers what is altered. */
  readonly blindTo?: readonly Fault[];
}

const old = Buffer.from("old");

async function read(storage: StorageBackend): Promise<string> {
  return sha256((await wholeOf(storage, "a")) ?? "");
}

function operations(small: Buffer, large: Buffer): Readonly<Record<string, Operation>> {
  const put = (content: Buffer, ifAbsent = false): Operation => ({
    run: (storage) => storage.put("a", content, { ifAbsent }),
    gives: true,
    before: ifAbsent ? {} : { a: old },
    after: { a: content },
  });
  const there = { a: small, b: old };
  return {
    "put of one part": put(small),
    "put of many parts": put(large),
    "put if absent": put(small, true),
    "put of many parts if absent": put(large, true),
    "put if absent where there is one": {
      run: (storage) => storage.put("a", small, { ifAbsent: true }),
      gives: false,
      before: { a: old },
      after: { a: old },
    },
    "put of a stream": {
      run: (storage) => storage.put("a", inChunks(large)),
      gives: true,
      before: { a: old },
      after: { a: large },
    },
    "put of a stream if absent": {
      run: (storage) => storage.put("a", inChunks(large), { ifAbsent: true }),
      gives: true,
      before: {},
      after: { a: large },
    },
    "reading all": { run: read, gives: sha256(small), before: there, after: there },
    "reading a range": {
      run: async (storage) => (await (await storage.open("b"))?.read(1, 2))?.toString(),
      gives: "ld",
      before: there,
      after: there,
      blindTo: ["altered reply"],
    },
    stat: {
      run: async (storage) => (await storage.stat("a"))?.sizeBytes,
      gives: small.length,
      before: there,
      after: there,
    },
    list: {
      run: (storage) => keysOf(storage, ""),
      gives: ["a", "b"],
      before: there,
      after: there,
      blindTo: ["altered reply"],
    },
    remove: {
      run: (storage) => storage.remove("a"),
      gives: true,
      before: there,
      after: { b: old },
    },
    move: {
      run: (storage) => storage.move("a", "c"),
      gives: true,
      before: there,
      after: { b: old, c: small },
    },
  };
}

/** Behind which a fault proxy is put. */
export interface FaultyServer {
  readonly endpoint: string;
  readonly client: S3Client;
  newBucket(): Promise<string>;
}

interface FaultBounds {
  readonly partBytes: number;
  /** More than one part. */
  readonly largeBytes: number;
  /** Requests that are tried for each operation and fault. */
  readonly most: number;
  /** How long a silent server is waited for. */
  readonly silenceMs: number;
  /** Names of the operations; absent: all. */
  readonly only?: RegExp;
}

/**
 * One request of each operation goes wrong, in each way: a right result, or an error with a code; never a wrong or
 * half object.
 */
export function faultSuite(name: string, server: () => FaultyServer, bounds: FaultBounds): void {
  const large = noise(Math.ceil(bounds.largeBytes / 2 ** 20)).subarray(0, bounds.largeBytes);
  const small = noise(1).subarray(0, Math.min(bounds.partBytes, 50_000));
  const all = Object.entries(operations(small, large));
  const chosen = all.filter(([one]) => bounds.only?.test(one) ?? true);
  describe(name, () => {
    test.each(chosen)("%s", async (_name, operation) => {
      const trial = new Trial(server(), operation, bounds);
      const requests = await trial.right();
      const faults = FAULTS.filter((one) => operation.blindTo?.includes(one) !== true);
      await Promise.all(faults.map((fault, at) => trial.wrong(fault, at, requests)));
    });
  });
}

class Trial {
  private readonly server: FaultyServer;
  private readonly operation: Operation;
  private readonly bounds: FaultBounds;

  constructor(server: FaultyServer, operation: Operation, bounds: FaultBounds) {
    this.server = server;
    this.operation = operation;
    this.bounds = bounds;
  }

  /** Nothing goes wrong: how many requests that takes. */
  right(): Promise<number> {
    return this.through(30_000, async (proxy, attempt) => {
      const { result } = await attempt(null, 0);
      if (result instanceof Error) throw result;
      expect(result).toEqual(this.operation.gives);
      return proxy.count;
    });
  }

  wrong(fault: Fault, first: number, requests: number): Promise<void> {
    const silenceMs = fault === "silence" ? this.bounds.silenceMs : 30_000;
    return this.through(silenceMs, async (_proxy, attempt) => {
      for (let step = 0; step < Math.min(requests, this.bounds.most); step++) {
        const bad = ((first + step) % requests) + 1;
        const { result, plain } = await attempt(fault, bad);
        await check(plain, this.operation, result, `${fault} at request ${bad} of ${requests}`);
      }
    });
  }

  private async through<Result>(
    silenceMs: number,
    work: (
      proxy: FaultProxy,
      attempt: (
        fault: Fault | null,
        bad: number,
      ) => Promise<{ readonly result: unknown; readonly plain: StorageBackend }>,
    ) => Promise<Result>,
  ): Promise<Result> {
    const { before, run } = this.operation;
    const { partBytes } = this.bounds;
    const proxy = await new FaultProxy(this.server.endpoint).start();
    const client = clientOf(proxy.endpoint, { silenceMs });
    try {
      return await work(proxy, async (fault, bad) => {
        const bucket = await this.server.newBucket();
        const plain = s3Storage(this.server.client, bucket, { partBytes });
        for (const [key, content] of Object.entries(before)) await plain.put(key, content);
        proxy.plan((number) => (number === bad ? fault : null));
        const storage = s3Storage(client, bucket, { patience: QUICK, partBytes });
        return { result: await run(storage).catch((error: unknown) => error), plain };
      });
    } finally {
      client.destroy();
      await proxy.close();
    }
  }
}

async function check(
  plain: StorageBackend,
  { gives, before, after }: Operation,
  result: unknown,
  where: string,
): Promise<void> {
  const failed = result instanceof Error;
  if (failed) expect(result, where).toBeInstanceOf(CanonryError);
  if (failed) expect((result as CanonryError).exit, where).toBe(7);
  else expect(result, where).toEqual(gives);
  const found: Record<string, Buffer> = {};
  for (const key of await keysOf(plain, "")) found[key] = (await wholeOf(plain, key)) as Buffer;
  for (const [key, content] of Object.entries(found)) {
    const fits = [before[key], after[key]].some((one) => one?.equals(content));
    expect(fits, `${where}: ${key} has ${content.length} bytes`).toBe(true);
  }
  if (!failed) expect(Object.keys(found), where).toEqual(Object.keys(after).sort());
  for (const key of Object.keys(before)) {
    if (key in after) expect(Object.keys(found), where).toContain(key);
  }
}
