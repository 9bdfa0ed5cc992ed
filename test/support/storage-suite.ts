import { beforeEach, describe, expect, test } from "vitest";
import { closeBytes } from "../../src/data-layer/file-bytes.ts";
import { type Bytes, bytesOf } from "../../src/model/storage/bytes.ts";
import type { StorageBackend } from "../../src/model/storage/storage.ts";

export async function textOf(storage: StorageBackend, key: string): Promise<string | null> {
  const bytes = await storage.open(key);
  if (bytes === null) return null;
  const chunks: Buffer[] = [];
  for await (const chunk of bytes.stream()) chunks.push(chunk);
  await closeBytes(bytes);
  return Buffer.concat(chunks).toString();
}

export async function keysOf(storage: StorageBackend, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of storage.list(prefix)) keys.push(key);
  return keys;
}

export async function* pieces(...texts: (string | Error)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) {
    await Promise.resolve();
    if (text instanceof Error) throw text;
    yield Buffer.from(text);
  }
}

/** Bytes that look like nothing, `mebibytes` of them, the same for the same seed. */
export function noise(mebibytes: number, seed = 1): Buffer {
  const all = Buffer.alloc(mebibytes << 20);
  for (let at = 0, state = seed; at < all.length; at += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    all.writeUInt32LE(state, at);
  }
  return all;
}

export async function* inChunks(content: Buffer, chunkBytes = 700_001): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += chunkBytes) {
    yield await Promise.resolve(content.subarray(at, at + chunkBytes));
  }
}

/** More keys than a server lists at once. */
const MANY = 1_100;

/** What every storage does, whatever it is made of. `make` gives an empty one. */
export function storageSuite(
  name: string,
  make: () => StorageBackend | Promise<StorageBackend>,
): void {
  describe(name, () => {
    let storage: StorageBackend;
    beforeEach(async () => {
      storage = await make();
    });

    test("what is put is there, whole; what is missing is null", async () => {
      expect(await storage.stat("a/b.txt")).toBeNull();
      expect(await storage.open("a/b.txt")).toBeNull();
      expect(await storage.put("a/b.txt", "one")).toBe(true);
      expect(await storage.put("a/b.txt", pieces("tw", "o"))).toBe(true);
      expect(await textOf(storage, "a/b.txt")).toBe("two");
      expect(await storage.stat("a/b.txt")).toMatchObject({ key: "a/b.txt", sizeBytes: 3 });
    });

    test("parts can be read anywhere", async () => {
      await storage.put("a", "0123456789");
      const bytes = await storage.open("a");
      expect((await bytes?.read(3, 4))?.toString()).toBe("3456");
      expect((await bytes?.read(8, 10))?.toString()).toBe("89");
      if (bytes !== null) await closeBytes(bytes);
    });

    test("a stream that fails leaves what was there", async () => {
      await storage.put("a", "old");
      await expect(storage.put("a", pieces("new", new Error("cut")))).rejects.toThrow("cut");
      expect(await textOf(storage, "a")).toBe("old");
      expect(await keysOf(storage, "")).toEqual(["a"]);
    });

    test("a stream of any length is kept byte for byte, and can be read from any place", async () => {
      const block = Buffer.alloc(700_000, "0123456");
      const source = async function* (): AsyncGenerator<Uint8Array> {
        for (let n = 0; n < 4; n++) yield await Promise.resolve(block);
      };
      await storage.put("big", source());
      const whole = Buffer.concat([block, block, block, block]);
      const bytes = await storage.open("big");
      if (bytes === null) throw new Error("there is nothing");
      const chunks: Buffer[] = [];
      for await (const chunk of bytes.stream(5)) chunks.push(chunk);
      await closeBytes(bytes);
      expect(Buffer.concat(chunks).equals(whole.subarray(5))).toBe(true);
      expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(1 << 20);
    });

    test("put if absent leaves what is there", async () => {
      await storage.put("a", "old");
      expect(await storage.put("a", "new", { ifAbsent: true })).toBe(false);
      expect(await textOf(storage, "a")).toBe("old");
    });

    test("below an object, and where only folders are, there is nothing", async () => {
      await storage.put("a", "x");
      await storage.put("b/c/d", "x");
      for (const key of ["a/b", "b", "b/c"]) {
        expect(await storage.stat(key)).toBeNull();
        expect(await storage.open(key)).toBeNull();
        expect(await storage.remove(key)).toBe(false);
        expect(await storage.move(key, "elsewhere")).toBe(false);
      }
      expect(await keysOf(storage, "a/")).toEqual([]);
      expect(await keysOf(storage, "")).toEqual(["a", "b/c/d"]);
    });

    test("a prefix may end within a name", async () => {
      for (const key of ["b/10", "b/12", "b/2", "bb"]) await storage.put(key, key);
      expect(await keysOf(storage, "b/1")).toEqual(["b/10", "b/12"]);
      expect(await keysOf(storage, "b")).toEqual(["b/10", "b/12", "b/2", "bb"]);
      expect(await keysOf(storage, "missing/")).toEqual([]);
    });

    test("of twenty that put if absent, one wins", async () => {
      const won = await Promise.all(
        Array.from({ length: 20 }, (_, at) => storage.put("lock", String(at), { ifAbsent: true })),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await textOf(storage, "lock")).toBe(String(won.indexOf(true)));
    });

    test("lists by prefix, in order; removes; moves", async () => {
      for (const key of ["b/2", "b/10", "a", "c/x"]) await storage.put(key, key);
      expect(await keysOf(storage, "b/")).toEqual(["b/10", "b/2"]);
      expect(await storage.remove("b/2")).toBe(true);
      expect(await storage.remove("b/2")).toBe(false);
      expect(await storage.move("b/10", "c/x")).toBe(true);
      expect(await storage.move("b/10", "c/x")).toBe(false);
      expect(await textOf(storage, "c/x")).toBe("b/10");
      expect(await keysOf(storage, "")).toEqual(["a", "c/x"]);
    });

    test.each(["../x", "/etc/passwd", "a/../../x", "a//b", "", "a\u0000b", "a\\b", "."])(
      "the key %j is refused",
      async (key) => {
        await expect(storage.put(key, "x")).rejects.toMatchObject({ code: "PATH_UNSAFE" });
        await expect(storage.open(key)).rejects.toMatchObject({ code: "PATH_UNSAFE" });
        await expect(storage.stat(key)).rejects.toMatchObject({ code: "PATH_UNSAFE" });
        await expect(storage.remove(key)).rejects.toMatchObject({ code: "PATH_UNSAFE" });
        await expect(storage.move(key, "a")).rejects.toMatchObject({ code: "PATH_UNSAFE" });
        await storage.put("a", "x");
        await expect(storage.move("a", key)).rejects.toMatchObject({ code: "PATH_UNSAFE" });
      },
    );

    test("what is longer than one part is kept byte for byte: a stream, an array, bytes", async () => {
      const content = noise(18).subarray(0, -5);
      const contents = { stream: inChunks(content), array: content, bytes: bytesOf("x", content) };
      for (const [key, one] of Object.entries(contents)) {
        expect(await storage.put(key, one)).toBe(true);
        expect((await storage.stat(key))?.sizeBytes).toBe(content.length);
        expect((await wholeOf(storage, key))?.equals(content)).toBe(true);
        const bytes = (await storage.open(key)) as Bytes;
        const middle = (8 << 20) - 3;
        expect((await bytes.read(middle, 6)).equals(content.subarray(middle, middle + 6))).toBe(
          true,
        );
        const tail: Buffer[] = [];
        for await (const chunk of bytes.stream(17 << 20)) tail.push(chunk);
        expect(Buffer.concat(tail).equals(content.subarray(17 << 20))).toBe(true);
        expect(await bytes.read(content.length, 10)).toHaveLength(0);
        await closeBytes(bytes);
      }
    });

    test("content of exactly one part, of none, and of one byte more", async () => {
      const content = noise(9);
      for (const length of [0, 8 << 20, (8 << 20) + 1]) {
        const all = content.subarray(0, length);
        await storage.put("a", inChunks(all));
        expect((await wholeOf(storage, "a"))?.equals(all)).toBe(true);
        await storage.put("a", all);
        expect((await wholeOf(storage, "a"))?.equals(all)).toBe(true);
      }
    });

    test("a long stream that fails leaves what was there, and nothing beside it", async () => {
      const cut = async function* (): AsyncGenerator<Uint8Array> {
        yield* inChunks(noise(17));
        throw new Error("cut");
      };
      await storage.put("a", "old");
      await expect(storage.put("a", cut())).rejects.toThrow("cut");
      await expect(storage.put("b", cut())).rejects.toThrow("cut");
      await expect(storage.put("c", cut(), { ifAbsent: true })).rejects.toThrow("cut");
      expect(await textOf(storage, "a")).toBe("old");
      expect(await keysOf(storage, "")).toEqual(["a"]);
    });

    test("while a long object is written there is nothing, or the old", async () => {
      const seen: (string | null)[] = [];
      const content = noise(17);
      const watched = async function* (): AsyncGenerator<Uint8Array> {
        for await (const chunk of inChunks(content, 4 << 20)) {
          yield chunk;
          seen.push(await textOf(storage, "a"), String((await keysOf(storage, "")).length));
        }
      };
      await storage.put("a", watched());
      expect(new Set(seen)).toEqual(new Set([null, "0"]));
      expect((await wholeOf(storage, "a"))?.equals(content)).toBe(true);
    });

    test("put if absent beyond one part: of many writers one wins, and its content stands whole", async () => {
      const contents = [1, 2, 3, 4].map((seed) => noise(9, seed));
      const won = await Promise.all(
        contents.map((content, at) =>
          storage.put("big", at % 2 === 0 ? inChunks(content) : content, { ifAbsent: true }),
        ),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      const winner = contents[won.indexOf(true)] as Buffer;
      expect((await wholeOf(storage, "big"))?.equals(winner)).toBe(true);
      expect(await storage.put("big", noise(9), { ifAbsent: true })).toBe(false);
      expect(await keysOf(storage, "")).toEqual(["big"]);
    });

    test("a long object moves whole, over another", async () => {
      const content = noise(9);
      await storage.put("from", content);
      await storage.put("to/x", "old");
      expect(await storage.move("from", "to/x")).toBe(true);
      expect((await wholeOf(storage, "to/x"))?.equals(content)).toBe(true);
      expect(await keysOf(storage, "")).toEqual(["to/x"]);
    });

    test("names of any letters are kept", async () => {
      const names = ["a b", "a+b", "é%20ü", "a&<b>'\"", "x=1;y?z#", "ｆ/日本"];
      for (const one of names) await storage.put(one, one);
      expect((await keysOf(storage, "")).toSorted()).toEqual(names.toSorted());
      for (const one of names) expect(await textOf(storage, one)).toBe(one);
      for (const one of names) expect(await storage.move(one, `m/${one}`)).toBe(true);
      for (const one of names) expect(await storage.remove(`m/${one}`)).toBe(true);
      expect(await keysOf(storage, "")).toEqual([]);
    });

    test("a list goes over pages, in order, without gap or double", async () => {
      const keys = Array.from({ length: MANY }, (_, at) => `many/${String(at).padStart(5, "0")}`);
      for (let at = 0; at < keys.length; at += 50) {
        await Promise.all(keys.slice(at, at + 50).map((key) => storage.put(key, "")));
      }
      await storage.put("other", "");
      expect(await keysOf(storage, "many/")).toEqual(keys);
    });
  });
}

export async function wholeOf(storage: StorageBackend, key: string): Promise<Buffer | null> {
  const bytes = await storage.open(key);
  if (bytes === null) return null;
  const chunks: Buffer[] = [];
  for await (const chunk of bytes.stream()) chunks.push(chunk);
  await closeBytes(bytes);
  return Buffer.concat(chunks);
}
