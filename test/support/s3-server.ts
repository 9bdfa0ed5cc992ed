import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateBucketCommand, type S3Client } from "@aws-sdk/client-s3";
import { s3Client } from "../../src/data-layer/s3/s3-client.ts";
import { Secret } from "../../src/model/secret.ts";
import { PROJECT } from "./home.ts";

const SCRIPT = join(PROJECT, "../shared/s3/start-radosgw.sh");

export const KEYS = { id: "tester", secret: "testing123" } as const;

/** A real S3 server, of Debian's packages. Close it, whatever happens. */
export interface S3Server {
  readonly endpoint: string;
  readonly client: S3Client;
  /** Makes a bucket and gives its name. */
  newBucket(): Promise<string>;
  close(): Promise<void>;
}

/** Starts the server, or takes the one that CANONRY_TEST_S3 names, with the same keys. */
export async function startS3Server(): Promise<S3Server> {
  const named = process.env["CANONRY_TEST_S3"];
  const started = named === undefined ? await startRadosgw() : null;
  const endpoint = named ?? "http://127.0.0.1:8090";
  const client = clientOf(endpoint);
  let buckets = 0;
  return {
    endpoint,
    client,
    async newBucket() {
      const Bucket = `canonry-${process.pid}-${Date.now()}-${++buckets}`;
      await client.send(new CreateBucketCommand({ Bucket }));
      return Bucket;
    },
    async close() {
      client.destroy();
      await started?.close();
    },
  };
}

export function clientOf(
  endpoint: string,
  { secret = KEYS.secret as string, silenceMs = 30_000 } = {},
): S3Client {
  const credentials = {
    accessKeyId: new Secret(KEYS.id),
    secretAccessKey: new Secret(secret),
    sessionToken: null,
  };
  const place = { region: "us-east-1", endpoint, forcePathStyle: true, credentials };
  return s3Client(place, { connectionMs: 5_000, silenceMs });
}

/** The ports that the script takes: of the server, and of its monitor. */
const PORTS = [8090, 16789];

/** On a busy machine a server may come up so slowly that its script waits for it for ever: then it is begun again. */
async function startRadosgw(): Promise<{ close(): Promise<void> }> {
  for (let attempt = 1; ; attempt++) {
    await portsAreFree();
    try {
      return await startOnce();
    } catch (error) {
      if (attempt === STARTS) throw error;
    }
  }
}

async function startOnce(): Promise<{ close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "canonry-s3-"));
  const script = spawn("bash", [SCRIPT, folder], { stdio: "ignore", detached: true });
  const close = async (): Promise<void> => {
    for (const name of await readdir(folder)) {
      if (!name.endsWith(".pid")) continue;
      await end(Number(await readFile(join(folder, name), "utf8")));
    }
    await rm(folder, { recursive: true, force: true });
  };
  const code = await Promise.race([
    new Promise((resolve) => script.once("close", resolve)),
    sleep(START_MS, "no end", { ref: false }),
  ]);
  if (code === 0) return { close };
  if (code === "no end" && script.pid !== undefined) process.kill(-script.pid, "SIGKILL");
  await close();
  throw new Error(`${SCRIPT} came to ${String(code)}`);
}

const STARTS = 3;
const START_MS = 80_000;

/** Another test on this machine may have its server there. */
async function portsAreFree(): Promise<void> {
  for (const port of PORTS) {
    for (let tries = 0; await isTaken(port); tries++) {
      if (tries === 120) throw new Error(`port ${port} is taken`);
      await sleep(1_000);
    }
  }
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

async function end(pid: number): Promise<void> {
  const send = (signal: NodeJS.Signals | 0): boolean => {
    try {
      return process.kill(pid, signal);
    } catch {
      return false;
    }
  };
  send("SIGTERM");
  for (let tries = 0; tries < 100 && send(0); tries++) await sleep(50);
  send("SIGKILL");
}
