import type { BackupStore } from "./backup-store.ts";

/** The last restore that brought back what was backed up. */
export interface ProvenRestore {
  readonly id: string;
  /** ISO instant. */
  readonly proved_at: string;
  readonly rows: number;
}

export interface ProvenRestores {
  /** How many backups there are, so that none at all is told from none that was restored. */
  readonly backups: number;
  readonly last: ProvenRestore | null;
}

/** What the receipts of a store say. */
export async function provenRestores(store: BackupStore): Promise<ProvenRestores> {
  const ids = await store.ids();
  let last: ProvenRestore | null = null;
  for (const id of ids) {
    for (const { proved, proved_at, rows } of (await store.receipts(id)).whole) {
      if (proved && proved_at > (last?.proved_at ?? "")) last = { id, proved_at, rows };
    }
  }
  return { backups: ids.length, last };
}
