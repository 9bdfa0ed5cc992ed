import type { RetentionSettings } from "../../model/retention.ts";

/** An object of a storage, or a file. */
export interface FoundFile {
  readonly key: string;
  readonly size_bytes: number;
  /** ISO instant. */
  readonly modified_at: string;
}

export interface FoundRun extends Omit<FoundFile, "key"> {
  readonly run_id: string;
  readonly key: string;
  readonly files: number;
  /** Of the ledger; null if it does not know the run. */
  readonly status: string | null;
  /** Somebody holds its release: it is at work. */
  readonly is_live: boolean;
  /** ISO instant; null while it runs. */
  readonly ended_at: string | null;
}

export interface FoundLeftover extends FoundFile {
  /** Whether the process that made it still runs, as far as can be told from here. */
  readonly writer: "alive" | "gone" | "unknown";
}

/** A load that is not current. */
export interface SupersededLoad {
  readonly load_id: string;
  readonly source: string;
  readonly period: string;
  readonly vintage: number;
  readonly rows: number;
  /** About: its share of the table. */
  readonly size_bytes: number;
  /** ISO instant; null for a load that never was current. */
  readonly superseded_at: string | null;
  /** Its source and period have a current load. */
  readonly has_current: boolean;
  /** The silver view shows rows of it. */
  readonly is_shown: boolean;
  readonly artifacts: readonly string[];
  /** Those of them that are not in the store. */
  readonly missing: readonly string[];
}

/** An artifact that is kept. */
export interface FoundArtifact {
  readonly sha256: string;
  readonly key: string;
  readonly size_bytes: number;
  /** ISO instant. */
  readonly first_seen_at: string;
  /** What refers to it, in words; null if nothing does. */
  readonly used_by: string | null;
}

export interface FoundBackup {
  readonly id: string;
  /** ISO instant. */
  readonly taken_at: string;
  readonly size_bytes: number;
  /** It was restored, and its digests agreed with the ledger. */
  readonly is_verified: boolean;
  /** It was finished. */
  readonly is_whole: boolean;
  /** Why nothing should rest on it; null: there is no doubt. */
  readonly doubt: string | null;
}

/** All that retention decides on. */
export interface RetentionFacts {
  /** ISO instant by the database's clock. */
  readonly now: string;
  readonly settings: RetentionSettings;
  /** Keys below the folder of event logs: `2025-11-03/<run>.jsonl`. */
  readonly logs: readonly (FoundFile & { readonly name: string })[];
  /** Ids of runs and backfills that are at work. */
  readonly live: readonly string[];
  /** Names: `2025-11.jsonl.gz`. */
  readonly archives: readonly (FoundFile & { readonly name: string })[];
  readonly runs: readonly FoundRun[];
  readonly leftovers: readonly FoundLeftover[];
  readonly exports: readonly {
    readonly key: string;
    readonly name: string;
    readonly size_bytes: number;
  }[];
  /** Sources that hold something, and all that the ledger ever had. */
  readonly sources: { readonly current: readonly string[]; readonly known: readonly string[] };
  readonly loads: readonly SupersededLoad[];
  readonly artifacts: readonly FoundArtifact[];
  readonly backups: readonly FoundBackup[];
}
