/** A load that a purge removes. */
export interface PurgedLoad {
  readonly load_id: string;
  readonly publication: string;
  readonly source: string;
  readonly period: string;
  readonly vintage: number;
  /** Rows of data and of totals. */
  readonly rows: number;
}

/** A file that the loads came from. */
export interface PurgedArtifact {
  readonly sha256: string;
  readonly file_name: string;
  /** Loads that stay and came from it too ("beds 2025-01 vintage 1"): then its bytes stay. */
  readonly used_by: readonly string[];
}

/** What a purge removes from the database, or would. */
export interface PurgeScope {
  readonly loads: readonly PurgedLoad[];
  readonly artifacts: readonly PurgedArtifact[];
  /** Drafts and enriched documents that were made of the files: their texts go. */
  readonly generations: readonly string[];
  /** Rows, tables and files in quarantine. */
  readonly quarantined: number;
  /** Where the publisher's own copies are: addresses, and files that are the user's. */
  readonly links: readonly string[];
}

/** What is left of a vintage that was removed for good. */
export interface Tombstone extends PurgedLoad {
  readonly reason: string;
  readonly by: string;
  /** ISO day. */
  readonly on: string;
}
