import { CanonryError } from "../../model/errors.ts";
import type { Bytes } from "../../model/storage/bytes.ts";
import type {
  PutOptions,
  StorageBackend,
  StorageProperties,
  StoredContent,
  StoredObject,
} from "../../model/storage/storage.ts";
import { checkedKey } from "../paths.ts";

/** What the keys of the roles begin with; outside the home they stand without it. */
export const PLACE = "data/";

/** A storage whose keys under `data/` stand under a prefix of another: `data/exports/x` as `<prefix>exports/x`. */
export class PlacedStorage implements StorageBackend {
  readonly properties: StorageProperties;
  private readonly inner: StorageBackend;
  private readonly prefix: string;
  readonly append?: NonNullable<StorageBackend["append"]>;
  readonly unfinished?: NonNullable<StorageBackend["unfinished"]>;

  /** `prefix` is empty or ends with a slash. */
  constructor(inner: StorageBackend, prefix: string) {
    this.inner = inner;
    this.properties = inner.properties;
    this.prefix = prefix;
    const { append } = inner;
    if (append !== undefined) {
      this.append = async (key, text) => append.call(inner, this.innerKey(key), text);
    }
    if (inner.unfinished !== undefined) this.unfinished = inner.unfinished.bind(inner);
  }

  async stat(key: string): Promise<StoredObject | null> {
    const found = await this.inner.stat(this.innerKey(key));
    return found === null ? null : { ...found, key };
  }

  async open(key: string): Promise<Bytes | null> {
    const bytes = await this.inner.open(this.innerKey(key));
    return bytes === null ? null : { ...bytes, name: key };
  }

  async put(key: string, content: StoredContent, options?: PutOptions): Promise<boolean> {
    return this.inner.put(this.innerKey(key), content, options);
  }

  async remove(key: string): Promise<boolean> {
    return this.inner.remove(this.innerKey(key));
  }

  async move(from: string, to: string): Promise<boolean> {
    return this.inner.move(this.innerKey(from), this.innerKey(to));
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    const begins = prefix.startsWith(PLACE);
    if (!begins && !PLACE.startsWith(prefix)) return;
    const below = this.prefix + (begins ? prefix.slice(PLACE.length) : "");
    for await (const found of this.inner.list(below)) {
      yield { ...found, key: PLACE + found.key.slice(this.prefix.length) };
    }
  }

  private innerKey(key: string): string {
    if (!checkedKey(key).startsWith(PLACE)) {
      throw new CanonryError("PATH_UNSAFE", `${key} is kept in the home, and nowhere else`);
    }
    return this.prefix + key.slice(PLACE.length);
  }
}
