import type { PurgedLoad } from "../purge.ts";

/** Stands in every inventory; another reader of the format gets another one. */
export const BACKUP_FORMAT = "canonry/backup@1";

/** The schemas that a backup holds and a restore makes: all that the program manages. */
export const MANAGED_SCHEMAS = ["ops", "bronze", "silver"] as const;

/** Bytes in the store of backups, named by their sha256. */
export interface StoredBytes {
  readonly sha256: string;
  readonly size_bytes: number;
}

/** A load whose rows stand in a part. */
export interface LoadInPart {
  readonly load_id: number;
  readonly source: string;
  readonly period: string;
  readonly vintage: number;
  /** Data and total rows, by the ledger. */
  readonly rows: number;
  /** Digests of its data and total rows, by the ledger; null: none was taken. */
  readonly digest: { readonly data: string; readonly total: string } | null;
  /** Stands for all that the ledger says of it: equal proofs, equal rows. Null: nothing proves it. */
  readonly proof: string | null;
}

export interface PartColumn {
  readonly name: string;
  /** As the server writes the type. */
  readonly type: string;
}

/** Rows of a table as COPY printed them, gzipped. */
export interface TablePart extends StoredBytes {
  readonly columns: readonly PartColumn[];
  readonly rows: number;
  /** Of the text before it was compressed. */
  readonly text_bytes: number;
  readonly text_sha256: string;
  /** Null: all rows of the table. */
  readonly loads: readonly LoadInPart[] | null;
}

export interface TableInBackup {
  readonly schema: string;
  readonly name: string;
  readonly rows: number;
  readonly parts: readonly TablePart[];
}

/** Rows that one part is to hold. */
export interface PartToRead {
  readonly schema: string;
  readonly name: string;
  /** Those of the loads, those of all loads but these, or all rows of the table. */
  readonly choice:
    | { readonly only: readonly number[] }
    | { readonly without: readonly number[] }
    | "all";
  readonly loads: readonly LoadInPart[] | null;
}

/** A file of the home, gzipped. */
export interface FileInBackup extends StoredBytes {
  /** Relative to the home. */
  readonly path: string;
}

export interface ArtifactInBackup extends StoredBytes {
  readonly file_name: string;
  /** False: only its name is here. */
  readonly kept: boolean;
}

/** A text that stands in the folder of the backup. */
export interface ScriptInBackup extends StoredBytes {
  readonly name: string;
}

/** What a backup is: written last, so that a backup without a whole one is none. */
export interface Inventory {
  readonly format: string;
  readonly id: string;
  /** Of which warehouse; absent: it was made before there were identities, and counts as one's own. */
  readonly warehouse?: string;
  /** ISO instant of the snapshot. */
  readonly made_at: string;
  /** Version of the program, and of Postgres. */
  readonly program: string;
  readonly server: string;
  /** Newest migration of the ledger, as ops.migration numbers it. */
  readonly migration: number;
  readonly tables: readonly TableInBackup[];
  readonly files: readonly FileInBackup[];
  readonly artifacts: readonly ArtifactInBackup[];
  readonly scripts: readonly ScriptInBackup[];
  /** What stands in the managed schemas and is of no kind that the program makes. */
  readonly left_out: readonly string[];
  /** Files in which a secret was written out, with what was put in its place. */
  readonly redacted: readonly string[];
  /** What was odd about the database. */
  readonly notes: readonly string[];
}

/** A backup that was restored, or whose bytes are others, and what it came to. */
export interface Receipt {
  readonly format: "canonry/receipt@1";
  readonly id: string;
  /** ISO instant. */
  readonly proved_at: string;
  readonly program: string;
  /** Version of Postgres; null: only its bytes were compared. */
  readonly server: string | null;
  readonly proved: boolean;
  readonly tables: number;
  readonly rows: number;
  readonly differences: readonly string[];
}

/** What a purge left in the store of backups: a restore buries the load again. */
export interface BackupTombstone extends PurgedLoad {
  /** As in an inventory. */
  readonly warehouse?: string;
  /** Its content, however it was read. */
  readonly key: string;
  readonly reason: string;
  readonly by: string;
}

/** Stands in a store of backups: the warehouse that may write there. */
export interface StoreClaim {
  readonly format: "canonry/store@1";
  readonly warehouse: string;
}

/** A backup that holds something, with the loads. */
export interface HoldingBackup {
  /** Its id, or the path of a file that the program did not make. */
  readonly name: string;
  /** Null: nobody knows. */
  readonly loads: readonly string[] | null;
}

export function partsOf(inventory: Inventory): readonly TablePart[] {
  return inventory.tables.flatMap((table) => table.parts);
}

export function rowsOf(inventory: Inventory): number {
  return inventory.tables.reduce((sum, table) => sum + table.rows, 0);
}
