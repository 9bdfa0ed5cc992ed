import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makePipe, outOfPipe, throughPipe } from "../../src/data-layer/scratch/pipe.ts";

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

  const written = (count: number, end?: Error) => async (): Promise<void> => {
    await pipeline(chunks(count, end), createWriteStream(path));
  };
  async function sizeOf(taken: AsyncIterable<Buffer>): Promise<number> {
    let size = 0;
    for await (const one of taken) size += one.length;
    return size;
  }

  test("what a writer writes is taken while it does, to the last byte, or to none", async () => {
    expect(await sizeOf(outOfPipe(path, written(100)))).toBe(100 * chunk.length);
    expect(await sizeOf(outOfPipe(path, written(0)))).toBe(0);
  });

  test("a writer that fails before it opens the pipe, or behind some of it, is heard", async () => {
    const never = (): Promise<never> => Promise.reject(new Error("no engine"));
    await expect(sizeOf(outOfPipe(path, never))).rejects.toThrow("no engine");
    const lost = written(3, new Error("disk gone"));
    await expect(sizeOf(outOfPipe(path, lost))).rejects.toThrow("disk gone");
  });

  test("whoever has taken enough ends the writer", async () => {
    let ended = false;
    const write = async (): Promise<void> => {
      await written(1000)().finally(() => {
        ended = true;
      });
    };
    for await (const _first of outOfPipe(path, write)) break;
    expect(ended).toBe(true);
  });

  test("where no pipe can be made, it says so", async () => {
    await writeFile(join(folder, "taken"), "");
    expect(await makePipe(join(folder, "taken"))).toBe(false);
  });
});
