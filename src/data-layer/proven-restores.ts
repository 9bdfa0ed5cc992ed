import type { BackupStore } from "./backup-store.ts";

/** The last restore that brought back what was backed up, of a backup that is whole and did not fail since. */
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
  const proven: ProvenRestore[] = [];
  for (const id of ids) {
    const receipt = (await store.receipts(id)).whole.at(-1);
    if (receipt?.proved !== true) continue;
    proven.push({ id, proved_at: receipt.proved_at, rows: receipt.rows });
  }
  for (const one of proven.toSorted((a, b) => (a.proved_at < b.proved_at ? 1 : -1))) {
    const inventory = await store.inventory(one.id);
    if (inventory !== null && inventory !== "damaged") return { backups: ids.length, last: one };
  }
  return { backups: ids.length, last: null };
}
