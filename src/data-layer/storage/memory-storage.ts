import { type Bytes, bytesOf } from "../../model/storage/bytes.ts";
import type {
  PutOptions,
  StorageBackend,
  StoredContent,
  StoredObject,
} from "../../model/storage/storage.ts";
import { gather } from "../content.ts";
import { checkedKey } from "../paths.ts";

interface Kept {
  readonly content: Buffer;
  readonly modifiedAt: string;
  readonly writer: string | undefined;
}

/** Objects in memory, for tests. `now` gives the time of writes. */
export class MemoryStorage implements StorageBackend {
  readonly properties = {
    kind: "memory",
    atomicPutIfAbsent: true,
    keepsWriters: true,
    localPaths: false,
  } as const;
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

  async put(key: string, content: StoredContent, options: PutOptions = {}): Promise<boolean> {
    checkedKey(key);
    const all = await gather(content);
    const { ifAbsent, writer } = options;
    const there = this.objects.get(key);
    if (ifAbsent === true && there !== undefined) {
      return writer !== undefined && there.writer === writer;
    }
    this.objects.set(key, { content: all, modifiedAt: this.now().toISOString(), writer });
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
