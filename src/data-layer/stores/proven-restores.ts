import type { BackupStore } from "./backup-store.ts";

/** The last restore that brought back what was backed up, of a backup that is whole and did not fail since. */
export interface ProvenRestore {
  readonly id: string;
  /** ISO instant. */
  readonly proved_at: string;
  readonly rows: number;
}

export interface ProvenRestores {
  /** Whether there is a backup, so that none at all is told from none that was restored. */
  readonly any: boolean;
  readonly last: ProvenRestore | null;
}

/** What the receipts of a store say of one's own backups. */
export async function provenRestores(store: BackupStore): Promise<ProvenRestores> {
  const ids = await store.ids();
  const proven: ProvenRestore[] = [];
  for (const id of ids) {
    const receipt = (await store.receipts(id)).whole.at(-1);
    if (receipt?.proved !== true) continue;
    proven.push({ id, proved_at: receipt.proved_at, rows: receipt.rows });
  }
  for (const one of proven.toSorted((a, b) => (a.proved_at < b.proved_at ? 1 : -1))) {
    if (await isOwnBackup(store, one.id)) return { any: true, last: one };
  }
  for (const id of ids.toReversed()) {
    if (await isOwnBackup(store, id)) return { any: true, last: null };
  }
  return { any: false, last: null };
}

async function isOwnBackup(store: BackupStore, id: string): Promise<boolean> {
  const inventory = await store.inventory(id);
  return inventory !== null && inventory !== "damaged" && store.isOwn(inventory);
}
