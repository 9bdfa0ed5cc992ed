import type { StorageBackend } from "../../model/storage/storage.ts";
import { closeBytes } from "../file-bytes.ts";
import { isOrphan, writerName } from "../leftovers.ts";
import type { Paths } from "../paths.ts";

/**
 * The event logs of runs. A storage that cannot append gets each as one object when its process ends; until then
 * the lines are durable in the home, and what a crash left there is put by the next backfill. Nothing is removed
 * in the home before it is in the storage.
 */
export class EventLogs {
  private readonly storage: StorageBackend;
  private readonly home: StorageBackend;
  private readonly keys: Paths["keys"];
  private readonly writer = writerName();

  constructor(storage: StorageBackend, home: StorageBackend, keys: Paths["keys"]) {
    this.storage = storage;
    this.home = home;
    this.keys = keys;
  }

  /** Durable when it returns. */
  async append(date: string, runId: string, lines: string): Promise<void> {
    const key = this.keys.events(date, runId);
    if (this.storage.append !== undefined) await this.storage.append(key, lines);
    else await this.home.append?.(this.keys.waitingEvents(this.writer, date, runId), lines);
  }

  /** Puts the logs of this process where they belong; none may be appended to any more. */
  async putOwn(): Promise<void> {
    if (this.storage.append !== undefined) return;
    await this.putThose((writer) => writer === this.writer);
  }

  /** The same for processes of this machine that are gone. */
  putOrphans(): Promise<void> {
    return this.putThose(isOrphan);
  }

  private async putThose(isMeant: (writer: string) => boolean): Promise<void> {
    for await (const { key } of this.home.list(this.keys.allWaitingEvents)) {
      const [writer = "", date = "", name = ""] = key
        .slice(this.keys.allWaitingEvents.length)
        .split("/");
      if (!isMeant(writer)) continue;
      const bytes = await this.home.open(key);
      if (bytes === null) continue;
      try {
        await this.storage.put(this.keys.events(date, name.replace(/\.jsonl$/, "")), bytes);
      } finally {
        await closeBytes(bytes);
      }
      await this.home.remove(key);
    }
  }
}
