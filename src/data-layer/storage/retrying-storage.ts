import type { Bytes } from "../../model/storage/bytes.ts";
import type {
  PutOptions,
  StorageBackend,
  StorageProperties,
  StoredContent,
  StoredObject,
  UnfinishedWrite,
} from "../../model/storage/storage.ts";
import { isStream } from "../content.ts";
import { writerName } from "../leftovers.ts";
import { type Patience, patiently, waitBehind } from "../retry.ts";

/**
 * Any storage, asked again where it was unavailable. Not repeated: a put of a stream, which is read only once; a
 * put if absent where the storage keeps no writers, since one's own success would look like another's; an append.
 */
export class RetryingStorage implements StorageBackend {
  readonly properties: StorageProperties;
  private readonly inner: StorageBackend;
  private readonly patience: Patience;
  readonly append?: NonNullable<StorageBackend["append"]>;

  constructor(inner: StorageBackend, patience: Patience) {
    this.inner = inner;
    this.properties = inner.properties;
    this.patience = patience;
    if (inner.append !== undefined) this.append = inner.append.bind(inner);
  }

  stat(key: string): Promise<StoredObject | null> {
    return this.again(() => this.inner.stat(key));
  }

  async open(key: string): Promise<Bytes | null> {
    const bytes = await this.again(() => this.inner.open(key));
    return bytes === null ? null : this.steady(bytes);
  }

  put(key: string, content: StoredContent, options: PutOptions = {}): Promise<boolean> {
    const blind = options.ifAbsent === true && !this.properties.keepsWriters;
    if (isStream(content) || blind) return this.inner.put(key, content, options);
    const named = { ...options, writer: options.writer ?? writerName() };
    return this.again(() => this.inner.put(key, content, named));
  }

  /** Whether there was one is asked first: after a reply that was lost it is too late. */
  async remove(key: string): Promise<boolean> {
    if ((await this.stat(key)) === null) return false;
    return this.again(async (attempt) => (await this.inner.remove(key)) || attempt > 1);
  }

  async move(from: string, to: string): Promise<boolean> {
    if ((await this.stat(from)) === null) return false;
    return this.again(async (attempt) => {
      if (await this.inner.move(from, to)) return true;
      // The source went with an attempt whose reply was lost, if it is there where it should go.
      return attempt > 1 && (await this.inner.stat(to)) !== null;
    });
  }

  /** Begins again behind the last key that came. */
  async *list(prefix: string): AsyncIterable<StoredObject> {
    let last: string | null = null;
    for (let attempt = 1; ; attempt++) {
      let behind: string | null = last;
      try {
        for await (const found of this.inner.list(prefix)) {
          const known: boolean = behind !== null && found.key <= behind;
          if (behind === null || found.key >= behind) behind = null;
          if (known) continue;
          [last, attempt] = [found.key, 1];
          yield found;
        }
        return;
      } catch (error) {
        await waitBehind(this.patience, attempt, error);
      }
    }
  }

  async unfinished(olderThanMs: number): Promise<readonly UnfinishedWrite[]> {
    const found = await this.again(async () => (await this.inner.unfinished?.(olderThanMs)) ?? []);
    return found.map(({ name, discard }) => ({ name, discard: () => this.again(discard) }));
  }

  private again<Result>(work: (attempt: number) => Promise<Result>): Promise<Result> {
    return patiently(this.patience, work);
  }

  private steady(bytes: Bytes): Bytes {
    const { patience } = this;
    return {
      ...bytes,
      read: (offset, length) => this.again(() => bytes.read(offset, length)),
      async *stream(start = 0) {
        let at = start;
        for (let attempt = 1; ; attempt++) {
          try {
            for await (const chunk of bytes.stream(at)) {
              [at, attempt] = [at + chunk.length, 1];
              yield chunk;
            }
            return;
          } catch (error) {
            await waitBehind(patience, attempt, error);
          }
        }
      },
    };
  }
}
