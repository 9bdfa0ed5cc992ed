import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { localServerFiles } from "../../src/data-layer/home/server-files.ts";
import {
  type EmbeddedServer,
  ensureServer,
  runningServer,
  stopServer,
} from "../../src/database/server/embedded-server.ts";
import { rowsAt } from "../support/rows-at.ts";

let folder = "";
let server: EmbeddedServer;
const options = () => ({
  folder,
  files: localServerFiles,
  newSecret: () => "stuck",
  port: null,
  durable: false,
  stopSeconds: 1,
});

const postmaster = async (): Promise<number> =>
  Number(
    (await readFile(join(folder, "data/postmaster.pid"), "utf8").catch(() => "")).split("\n")[0],
  );

/** A server that begins to stop waits for its checkpointer for ever. */
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "canonry-stuck-")), "database");
  server = await ensureServer(options());
  await rowsAt(server.url, "create table kept as select 1 as figure");
  const [row] = await rowsAt<{ pid: number }>(
    server.url,
    "select pid from pg_stat_activity where backend_type = 'checkpointer'",
  );
  process.kill(row?.pid ?? 0, "SIGSTOP");
});
afterEach(async () => {
  await stopServer(options());
  await rm(join(folder, ".."), { recursive: true, force: true });
});

test("a server that does not stop is ended when the last command leaves", async () => {
  await server.release();
  expect(await postmaster()).toBe(0);
});

test("one that a killed command left stopping is ended by the next, and what was committed is there", async () => {
  const stuck = await postmaster();
  process.kill(stuck, "SIGINT");
  const next = await ensureServer(options());
  expect(await postmaster()).not.toBe(stuck);
  expect(await rowsAt(next.url, "select figure from kept")).toEqual([{ figure: 1 }]);
  await next.release();
});

test("one that was left stopping is running for nobody, and stopped when asked", async () => {
  process.kill(await postmaster(), "SIGINT");
  expect(await runningServer(options())).toBeNull();
  expect(await stopServer(options())).toBe(true);
  expect(await postmaster()).toBe(0);
});
