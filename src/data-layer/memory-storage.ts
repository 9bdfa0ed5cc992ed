import { type Bytes, bytesOf } from "../model/bytes.ts";
import type { StorageBackend, StoredObject } from "../model/storage.ts";
import { checkedKey } from "./paths.ts";
import type { Content } from "./write-atomic.ts";

interface Kept {
  readonly content: Buffer;
  readonly modifiedAt: string;
}

/** Objects in memory, for tests. `now` gives the time of writes. */
export class MemoryStorage implements StorageBackend {
  readonly properties = { kind: "memory", atomicPutIfAbsent: true, localPaths: false } as const;
  private readonly objects = new Map<string, Kept>();
  private readonly now: () => Date;

  constructor(now: () => Date) {
    this.now = now;
  }

  async stat(key: string): Promise<StoredObject | null> {
    const kept = this.objects.get(checkedKey(key));
    if (kept === undefined) return null;
    return { key, sizeBytes: kept.content.length, modifiedAt: kept.modifiedAt };
  }

  async open(key: string): Promise<Bytes | null> {
    const kept = this.objects.get(checkedKey(key));
    return kept === undefined ? null : bytesOf(key, kept.content);
  }

  async put(key: string, content: Content, options: { ifAbsent?: boolean } = {}): Promise<boolean> {
    checkedKey(key);
    const all = await gather(content);
    if (options.ifAbsent === true && this.objects.has(key)) return false;
    this.objects.set(key, { content: all, modifiedAt: this.now().toISOString() });
    return true;
  }

  async remove(key: string): Promise<boolean> {
    return this.objects.delete(checkedKey(key));
  }

  async move(from: string, to: string): Promise<boolean> {
    const kept = this.objects.get(checkedKey(from));
    checkedKey(to);
    if (kept === undefined) return false;
    this.objects.delete(from);
    this.objects.set(to, kept);
    return true;
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    for (const key of [...this.objects.keys()].sort()) {
      const found = key.startsWith(prefix) ? await this.stat(key) : null;
      if (found !== null) yield found;
    }
  }
}

async function gather(content: Content): Promise<Buffer> {
  if (typeof content === "string") return Buffer.from(content, "utf8");
  if (content instanceof Uint8Array) return Buffer.from(content);
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}
