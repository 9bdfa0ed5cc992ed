import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileFailure } from "../file-failure.ts";
import { writerName } from "../leftovers.ts";

/** Local copies that a process keeps while it runs: 1 GiB, beyond that the longest unused goes. */
const MOST_BYTES = 1 << 30;

interface Copy {
  readonly path: string;
  readonly sizeBytes: number;
}

/** Files by name in a scratch folder of this process, of what stands elsewhere and is read more than once. */
export class ScratchCopies {
  private readonly folder: string;
  private readonly mostBytes: number;
  private readonly copies = new Map<string, Promise<Copy>>();
  private heldBytes = 0;

  /** The folder is made when the first copy is. */
  constructor(scratch: string, mostBytes = MOST_BYTES) {
    this.folder = join(scratch, writerName());
    this.mostBytes = mostBytes;
  }

  /** The copy of that name, made by `write` if there is none; asked for twice at once it is made once. */
  async take(name: string, write: (path: string) => Promise<number>): Promise<string> {
    const known = this.copies.get(name);
    const copy = known ?? this.make(name, write);
    this.copies.delete(name);
    this.copies.set(name, copy);
    try {
      return (await copy).path;
    } catch (error) {
      this.copies.delete(name);
      throw error;
    }
  }

  /** A path for a file that has no name yet. */
  async unnamed(): Promise<string> {
    try {
      await mkdir(this.folder, { recursive: true });
    } catch (error) {
      throw fileFailure(error, this.folder);
    }
    return join(this.folder, writerName());
  }

  async forget(name: string): Promise<void> {
    const copy = this.copies.get(name);
    this.copies.delete(name);
    const found = await copy?.catch(() => null);
    if (found == null) return;
    this.heldBytes -= found.sizeBytes;
    await rm(found.path, { force: true });
  }

  /** Removes all. What stays is swept by a later run. */
  async close(): Promise<void> {
    this.copies.clear();
    await rm(this.folder, { recursive: true, force: true }).catch(() => undefined);
  }

  private async make(name: string, write: (path: string) => Promise<number>): Promise<Copy> {
    const path = join(this.folder, name);
    const aside = await this.unnamed();
    try {
      const sizeBytes = await write(aside);
      await rename(aside, path);
      this.heldBytes += sizeBytes;
      await this.makeRoom(name);
      return { path, sizeBytes };
    } catch (error) {
      await rm(aside, { force: true });
      throw fileFailure(error, path);
    }
  }

  /** Whoever reads a copy that goes holds it open, and reads on. */
  private async makeRoom(newest: string): Promise<void> {
    for (const name of [...this.copies.keys()]) {
      if (this.heldBytes <= this.mostBytes) return;
      if (name !== newest) await this.forget(name);
    }
  }
}
