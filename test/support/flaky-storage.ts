import { isStream } from "../../src/data-layer/content.ts";
import { CanonryError } from "../../src/model/errors.ts";
import type { Bytes } from "../../src/model/storage/bytes.ts";
import type {
  PutOptions,
  StorageBackend,
  StoredContent,
  StoredObject,
} from "../../src/model/storage/storage.ts";

/** How a call fails: before anything was done, or behind it, its reply lost. */
export type Failing = "before" | "behind" | null;

/** A storage whose calls fail as `next` says; puts of streams, which nobody can repeat, do not. */
export class FlakyStorage implements StorageBackend {
  readonly properties: StorageBackend["properties"];
  calls = 0;
  private readonly inner: StorageBackend;
  private readonly next: (call: number, name: string) => Failing;

  constructor(inner: StorageBackend, next: (call: number, name: string) => Failing) {
    this.inner = inner;
    this.properties = inner.properties;
    this.next = next;
  }

  stat(key: string): Promise<StoredObject | null> {
    return this.call(`stat ${key}`, () => this.inner.stat(key));
  }

  async open(key: string): Promise<Bytes | null> {
    const bytes = await this.call(`open ${key}`, () => this.inner.open(key));
    if (bytes === null) return null;
    const halfway = this.halfway.bind(this);
    return {
      ...bytes,
      read: (offset, length) => this.call(`read ${key}`, () => bytes.read(offset, length)),
      stream: (start = 0) => halfway(`stream ${key}`, halved(bytes.stream(start))),
    };
  }

  put(key: string, content: StoredContent, options?: PutOptions): Promise<boolean> {
    const put = (): Promise<boolean> => this.inner.put(key, content, options);
    return isStream(content) ? put() : this.call(`put ${key}`, put);
  }

  remove(key: string): Promise<boolean> {
    return this.call(`remove ${key}`, () => this.inner.remove(key));
  }

  move(from: string, to: string): Promise<boolean> {
    return this.call(`move ${from}`, () => this.inner.move(from, to));
  }

  list(prefix: string): AsyncIterable<StoredObject> {
    return this.halfway(`list ${prefix}`, this.inner.list(prefix));
  }

  private async call<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const [failing, failure] = this.failing(name);
    if (failing === "before") throw failure;
    const result = await work();
    if (failing === "behind") throw failure;
    return result;
  }

  /** What fails behind the deed fails here behind the first item. */
  private async *halfway<Item>(name: string, items: AsyncIterable<Item>): AsyncGenerator<Item> {
    const [failing, failure] = this.failing(name);
    if (failing === "before") throw failure;
    for await (const item of items) {
      yield item;
      if (failing === "behind") throw failure;
    }
  }

  private failing(name: string): readonly [Failing, CanonryError] {
    const failing = this.next(++this.calls, name);
    return [failing, new CanonryError("STORAGE_UNAVAILABLE", `call ${this.calls}: ${name}`)];
  }
}

async function* halved(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    yield chunk.subarray(0, chunk.length >> 1);
    yield chunk.subarray(chunk.length >> 1);
  }
}
