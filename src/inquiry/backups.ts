import type { DataLayer } from "../data-layer/data-layer.ts";
import { backupsOf } from "../data-layer/stores/backup-store.ts";
import { type ProvenRestores, provenRestores } from "../data-layer/stores/proven-restores.ts";
import type { Database } from "../database/database.ts";
import { warehouseId } from "../database/ledger/warehouse.ts";
import { BACKUP_FORMAT, type Inventory, partsOf, rowsOf } from "../model/storage/backup.ts";
import { type Difference, verifyLedger } from "./verify/index.ts";

/** One backup as the store has it. */
export interface BackupLine {
  readonly id: string;
  /** Of which warehouse; null where no inventory says it. */
  readonly warehouse: string | null;
  /** Without a whole inventory it is no backup. */
  readonly state: "whole" | "unfinished" | "damaged" | "another format";
  /** ISO instant; null where no inventory says it. */
  readonly made_at: string | null;
  readonly tables: number;
  readonly rows: number;
  readonly parts: number;
  /** Of all that it is made of, shared with other backups or not. */
  readonly size_bytes: number;
  /** The last restore that compared; null: there was none. */
  readonly proved_at: string | null;
  readonly proved: boolean;
}

/** Every backup, the oldest first; those that are none as well. */
export async function listBackups(data: DataLayer): Promise<readonly BackupLine[]> {
  const store = backupsOf(data);
  const ids = await store.ids();
  const lines: BackupLine[] = [];
  for (const id of ids) {
    const inventory = await store.inventory(id);
    const receipt = (await store.receipts(id)).whole.at(-1) ?? null;
    const proof = { proved_at: receipt?.proved_at ?? null, proved: receipt?.proved ?? false };
    lines.push({ id, ...lineOf(inventory), ...proof });
  }
  return lines;
}

function lineOf(
  inventory: Inventory | "damaged" | null,
): Omit<BackupLine, "id" | "proved_at" | "proved"> {
  const nothing = { warehouse: null, made_at: null, tables: 0, rows: 0, parts: 0, size_bytes: 0 };
  if (inventory === null) return { state: "unfinished", ...nothing };
  if (inventory === "damaged") return { state: "damaged", ...nothing };
  if (inventory.format !== BACKUP_FORMAT) return { state: "another format", ...nothing };
  const parts = partsOf(inventory);
  const artifacts = inventory.artifacts.filter((one) => one.kept);
  const all = [...parts, ...inventory.files, ...artifacts, ...inventory.scripts];
  return {
    state: "whole",
    warehouse: inventory.warehouse ?? null,
    made_at: inventory.made_at,
    tables: inventory.tables.length,
    rows: rowsOf(inventory),
    parts: parts.length,
    size_bytes: all.reduce((sum, one) => sum + one.size_bytes, 0),
  };
}

/** When a backup of the warehouse was last proven by a restore. */
export async function lastProvenRestore({
  database,
  data,
}: {
  readonly database: Database;
  readonly data: DataLayer;
}): Promise<ProvenRestores> {
  return provenRestores(backupsOf(data, await warehouseId(database)));
}

/** As people read it: "last proven restore: 2026-01-31, backup ...". */
export function provenInWords({ any, last }: ProvenRestores): string {
  if (last !== null)
    return `last proven restore: ${last.proved_at.slice(0, 10)}, backup ${last.id}`;
  return any
    ? "last proven restore: never; `canonry backup verify --restore` does one"
    : "no backup yet: `canonry backup create`";
}

/** What `canonry verify --deep` finds in a database that stands without the files of its home. */
export async function checkRestored(
  database: Database,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const all = { publications: [], periods: [], deep: true };
  const { differences } = await verifyLedger({ database, signal }, all);
  return differences.map(inWords);
}

const inWords = ({ kind, source, period, load_id, detail }: Difference): string =>
  [kind, source, period, load_id === null ? null : `load ${load_id}`, detail]
    .filter((part) => part !== null && part !== "")
    .join(" ");
