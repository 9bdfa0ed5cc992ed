import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makePipe, throughPipe } from "../../src/data-layer/scratch/pipe.ts";

describe("chunks through a named pipe", () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "canonry-pipe-"));
    path = join(folder, "pipe");
    expect(await makePipe(path)).toBe(true);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const chunk = Buffer.alloc(1 << 16, "x");
  async function* chunks(count: number, end?: Error): AsyncGenerator<Buffer> {
    for (let at = 0; at < count; at++) yield chunk;
    if (end !== undefined) throw end;
  }

  test("they are read while they come, to the last byte", async () => {
    const read = async (): Promise<number> => (await readFile(path)).length;
    expect(await throughPipe(path, chunks(100), read)).toBe(100 * chunk.length);
  });

  test("a reader that fails before it looks is heard", async () => {
    const read = (): Promise<never> => Promise.reject(new Error("no engine"));
    await expect(throughPipe(path, chunks(100), read)).rejects.toThrow("no engine");
  });

  test("a reader that leaves early says why, and the writer goes too", async () => {
    let closed = false;
    async function* endless(): AsyncGenerator<Buffer> {
      try {
        for (;;) yield chunk;
      } finally {
        closed = true;
      }
    }
    const read = async (): Promise<never> => {
      for await (const _first of createReadStream(path)) break;
      throw new Error("seen enough");
    };
    await expect(throughPipe(path, endless(), read)).rejects.toThrow("seen enough");
    expect(closed).toBe(true);
  });

  test("a reader that has seen enough gives what it made of it", async () => {
    const read = async (): Promise<string> => {
      for await (const _first of createReadStream(path)) break;
      return "enough";
    };
    expect(await throughPipe(path, chunks(100), read)).toBe("enough");
  });

  test("where the chunks fail, that is the error, whatever the reader made of the rest", async () => {
    const read = async (): Promise<number> => (await readFile(path)).length;
    const lost = new Error("connection lost");
    await expect(throughPipe(path, chunks(3, lost), read)).rejects.toThrow("connection lost");
  });

  test("where no pipe can be made, it says so", async () => {
    await writeFile(join(folder, "taken"), "");
    expect(await makePipe(join(folder, "taken"))).toBe(false);
  });
});
