import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { CanonryError } from "../../model/errors.ts";
import { seal, unseal } from "../../model/manifest/sealed.ts";
import type {
  BackupTombstone,
  Inventory,
  Receipt,
  StoreClaim,
  StoredBytes,
} from "../../model/storage/backup.ts";
import type { Bytes } from "../../model/storage/bytes.ts";
import type { StorageBackend } from "../../model/storage/storage.ts";
import type { DataLayer } from "../data-layer.ts";
import { closeBytes, readAll } from "../file-bytes.ts";
import { writerName } from "../leftovers.ts";
import type { Paths } from "../paths.ts";
import { joined } from "../scratch/part-stream.ts";
import { firstOf, hashed, PIECE_BYTES, pieces } from "./backup-pieces.ts";

/** 3 of 9: five sixths of what the usual 6 saves, in half the time. */
const LEVEL = 3;

export interface StoredPart extends StoredBytes {
  readonly text_bytes: number;
  readonly text_sha256: string;
  /** False if the same bytes were there already. */
  readonly isNew: boolean;
}

/** Every object of the store by what it is. */
export interface StoreListing {
  /** Ids of folders of backups, ascending: the oldest first. */
  readonly ids: readonly string[];
  /** Size in bytes by key. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Keys that the program does not make. */
  readonly strangers: readonly string[];
}

/** What every id begins with. */
const CENTURY = "20";
const ID = /^\d{8}T\d{6}-[0-9a-f]{10}$/;
const OURS = /^(?:parts|artifacts|tombstones|incoming)$/;

/**
 * Where backups are kept: parts named by the sha256 of their bytes, shared by all backups; a folder for each
 * backup with its inventory; tombstones of what was purged. Memory: one chunk, and an inventory.
 */
export class BackupStore {
  readonly keys: Paths["keys"];
  /** The warehouse that asks; null: nobody knows which, and every backup counts as its own. */
  readonly warehouse: string | null;
  private readonly storage: StorageBackend;

  constructor(storage: StorageBackend, paths: Paths, warehouse: string | null = null) {
    this.storage = storage;
    this.keys = paths.keys;
    this.warehouse = warehouse;
  }

  /** Whether a backup or a tombstone is of the warehouse that asks. */
  isOwn({ warehouse }: { readonly warehouse?: string }): boolean {
    return warehouse === undefined || this.warehouse === null || warehouse === this.warehouse;
  }

  /** Ids of folders of backups, ascending: the oldest first. Parts and artifacts, which may be many, are not listed. */
  async ids(): Promise<readonly string[]> {
    const ids = new Set<string>();
    for await (const { key } of this.storage.list(`${this.keys.backups}${CENTURY}`)) {
      const [top = ""] = key.slice(this.keys.backups.length).split("/");
      if (ID.test(top)) ids.add(top);
    }
    return [...ids].sort();
  }

  async list(): Promise<StoreListing> {
    const ids = new Set<string>();
    const sizes = new Map<string, number>();
    const strangers: string[] = [];
    for await (const { key, sizeBytes } of this.storage.list(this.keys.backups)) {
      sizes.set(key, sizeBytes);
      const [top = "", ...rest] = key.slice(this.keys.backups.length).split("/");
      if (key === this.keys.backupOwner) continue;
      if (ID.test(top) && rest.length > 0) ids.add(top);
      else if (!OURS.test(top) || rest.length === 0) strangers.push(key);
    }
    return { ids: [...ids].sort(), sizes, strangers };
  }

  /**
   * Keeps a text, compressed. What the store has already is not written again: by its size, or where nothing is
   * `trusted` by its bytes.
   */
  async putPart(chunks: AsyncIterable<Uint8Array>, trusted: boolean): Promise<StoredPart> {
    const [text, stored] = [createHash("sha256"), createHash("sha256")];
    const [textSize, storedSize] = [{ bytes: 0 }, { bytes: 0 }];
    const kept = { isNew: false, sha256: "" };
    await pipeline(
      hashed(pieces(chunks), text, textSize),
      createGzip({ level: LEVEL, chunkSize: PIECE_BYTES }),
      async (packed: AsyncIterable<Uint8Array>) => {
        const all = hashed(packed, stored, storedSize);
        const first = await firstOf(all);
        // A small one gets its name at once; of a larger one it is known behind its last byte.
        const incoming = first.isAll ? null : this.keys.backupIncoming(writerName());
        if (incoming !== null) await this.storage.put(incoming, joined(first.chunks, all));
        kept.sha256 = stored.digest("hex");
        const key = this.keys.backupPart(kept.sha256);
        const whole = { sha256: kept.sha256, size_bytes: storedSize.bytes };
        if (await this.has(key, whole, trusted)) {
          if (incoming !== null) await this.storage.remove(incoming);
          return;
        }
        kept.isNew = true;
        if (incoming === null) await this.storage.put(key, Buffer.concat(first.chunks));
        else await this.name(incoming, key);
      },
    );
    return {
      ...kept,
      size_bytes: storedSize.bytes,
      text_bytes: textSize.bytes,
      text_sha256: text.digest("hex"),
    };
  }

  private async has(key: string, expected: StoredBytes, trusted: boolean): Promise<boolean> {
    if ((await this.storage.stat(key))?.sizeBytes !== expected.size_bytes) return false;
    return trusted || (await this.fault(key, expected)) === null;
  }

  /** Whether an artifact is here, byte for byte. */
  holdsArtifact(artifact: StoredBytes): Promise<boolean> {
    return this.has(this.keys.backupArtifact(artifact.sha256), artifact, false);
  }

  /** Keeps an artifact as it is. Throws BACKUP_DAMAGED if it is not what its name says. */
  async putArtifact({ sha256 }: StoredBytes, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const [hash, size] = [createHash("sha256"), { bytes: 0 }];
    const incoming = this.keys.backupIncoming(writerName());
    await this.storage.put(incoming, hashed(chunks, hash, size));
    if (hash.digest("hex") === sha256) {
      await this.name(incoming, this.keys.backupArtifact(sha256));
      return;
    }
    await this.storage.remove(incoming);
    throw new CanonryError("BACKUP_DAMAGED", `the artifact ${sha256} has other bytes`);
  }

  /** In place of one that is not what its name says. */
  private async name(incoming: string, key: string): Promise<void> {
    if (await this.storage.move(incoming, key)) return;
    throw new CanonryError("STORAGE_UNAVAILABLE", `${incoming} went away before it was kept`);
  }

  /** The text of a part. Behind the last byte BACKUP_DAMAGED if its bytes are not those that its name says. */
  async *openPart(part: StoredBytes): AsyncGenerator<Buffer> {
    const key = this.keys.backupPart(part.sha256);
    const gunzip = createGunzip({ chunkSize: PIECE_BYTES });
    const packed = pipeline(this.checked(key, part), gunzip);
    packed.catch(() => undefined);
    try {
      yield* gunzip;
      await packed;
    } catch (error) {
      throw damage(key, error);
    }
  }

  /** The bytes of an artifact, checked as those of a part. */
  openArtifact(artifact: StoredBytes): AsyncGenerator<Buffer> {
    return this.checked(this.keys.backupArtifact(artifact.sha256), artifact);
  }

  /** What is wrong with an object; null if it is as it was written. */
  async fault(key: string, expected: StoredBytes): Promise<string | null> {
    try {
      for await (const _chunk of this.checked(key, expected));
      return null;
    } catch (error) {
      if (isDamage(error)) return error.message;
      throw error;
    }
  }

  private async *checked(key: string, expected: StoredBytes): AsyncGenerator<Buffer> {
    const bytes = await this.storage.open(key);
    if (bytes === null) throw damaged(`${key} is missing`);
    if (bytes.sizeBytes !== expected.size_bytes) {
      await closeBytes(bytes);
      throw damaged(`${key} has ${bytes.sizeBytes} bytes, not ${expected.size_bytes}`);
    }
    const hash = createHash("sha256");
    for await (const chunk of unrotten(key, bytes)) {
      hash.update(chunk);
      yield chunk;
    }
    if (hash.digest("hex") !== expected.sha256) throw damaged(`${key} has other bytes`);
  }

  /** Null if there is none. Throws BACKUP_DAMAGED where the storage says that it is not what was written. */
  async readText(key: string): Promise<string | null> {
    const bytes = await this.storage.open(key);
    if (bytes === null) return null;
    const chunks: Buffer[] = [];
    for await (const chunk of unrotten(key, bytes)) chunks.push(chunk);
    return Buffer.concat(chunks).toString("utf8");
  }

  /** Null if there is none; "damaged" if it is cut or changed. */
  private async sealed<Document>(key: string): Promise<Document | "damaged" | null> {
    try {
      const text = await this.readText(key);
      return text === null ? null : ((unseal(text) as Document | null) ?? "damaged");
    } catch (error) {
      if (isDamage(error)) return "damaged";
      throw error;
    }
  }

  /** Who may write here; null where nobody said, or nobody can read it. */
  async claim(): Promise<StoreClaim | null> {
    const claim = await this.sealed<StoreClaim>(this.keys.backupOwner);
    return claim === "damaged" ? null : claim;
  }

  async writeClaim(claim: StoreClaim): Promise<void> {
    await this.writeText(this.keys.backupOwner, seal(claim));
  }

  async writeText(key: string, text: string): Promise<StoredBytes> {
    const bytes = Buffer.from(text);
    await this.storage.put(key, bytes);
    return {
      sha256: createHash("sha256").update(bytes).digest("hex"),
      size_bytes: bytes.length,
    };
  }

  /** Null if there is none; "damaged" if it is cut or changed. */
  async inventory(id: string): Promise<Inventory | "damaged" | null> {
    return this.sealed(this.keys.backupFile(id, INVENTORY));
  }

  async writeInventory(inventory: Inventory): Promise<void> {
    await this.writeText(this.keys.backupFile(inventory.id, INVENTORY), seal(inventory));
  }

  /** Receipts of a backup, the oldest first, and the keys of those that are damaged. */
  receipts(
    id: string,
  ): Promise<{ readonly whole: readonly Receipt[]; damaged: readonly string[] }> {
    return this.sealedBelow<Receipt>(this.keys.backupReceipts(id));
  }

  async writeReceipt(receipt: Receipt): Promise<void> {
    const name = `${receipt.proved_at.replace(/[-:]/g, "").replace(".", "-")}.json`;
    await this.writeText(this.keys.backupReceipt(receipt.id, name), seal(receipt));
  }

  tombstones(): Promise<{
    readonly whole: readonly BackupTombstone[];
    damaged: readonly string[];
  }> {
    return this.sealedBelow<BackupTombstone>(this.keys.backupTombstones);
  }

  /** Does nothing where it stands already. */
  async writeTombstone(tombstone: BackupTombstone): Promise<void> {
    const { load_id: load, key, warehouse = "" } = tombstone;
    const name = [load, key.slice(0, 16), warehouse].filter((part) => part !== "").join("-");
    const at = this.keys.backupTombstone(`${name}.json`);
    await this.storage.put(at, seal(tombstone), { ifAbsent: true });
  }

  remove(key: string): Promise<boolean> {
    return this.storage.remove(key);
  }

  private async sealedBelow<Document>(
    prefix: string,
  ): Promise<{ readonly whole: readonly Document[]; readonly damaged: readonly string[] }> {
    const [whole, damagedKeys]: [Document[], string[]] = [[], []];
    for await (const { key } of this.storage.list(prefix)) {
      const document = await this.sealed<Document>(key);
      if (document === null || document === "damaged") damagedKeys.push(key);
      else whole.push(document);
    }
    return { whole, damaged: damagedKeys };
  }
}

/** Where the backups of a home are kept, as one warehouse sees it; null: whichever. */
export function backupsOf(data: DataLayer, warehouse: string | null = null): BackupStore {
  return new BackupStore(data.storageOf("backups"), data.paths, warehouse);
}

const INVENTORY = "inventory.json";

const damaged = (what: string): CanonryError => new CanonryError("BACKUP_DAMAGED", what);

function isDamage(error: unknown): error is CanonryError {
  return error instanceof CanonryError && error.code === "BACKUP_DAMAGED";
}

/** Bytes of the store. What a server says of those that rotted is damage of a backup, as on a disk. */
async function* unrotten(key: string, bytes: Bytes): AsyncGenerator<Buffer> {
  try {
    yield* readAll(bytes);
  } catch (error) {
    if (!(error instanceof CanonryError && error.code === "STORAGE_DAMAGED")) throw error;
    throw damaged(`${key} has other bytes`);
  }
}

/** What gunzip says of bytes that are not its own. Source: zlib's return codes. */
function damage(key: string, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code.startsWith("Z_") ? damaged(`${key} cannot be unpacked`) : error;
}
