import type { FindingCode } from "../../model/finding.ts";

/** A thing in a folder of the home. */
export interface SeenEntry {
  /** Relative to the home, with `/`. */
  readonly path: string;
  readonly kind: "file" | "folder" | "link" | "other";
  readonly sizeBytes: number;
}

/** What git says: `none` where the home is no checkout, `unknown` where it does not answer. */
export type SeenGit =
  | { readonly kind: "none" }
  | { readonly kind: "unknown"; readonly reason: string }
  | {
      readonly kind: "checkout";
      readonly isTop: boolean;
      readonly tracked: ReadonlySet<string>;
      readonly ignored: ReadonlySet<string>;
    };

/** The folder of a home. */
export interface HomeSeen {
  /** As CANONRY_HOME or `--home` names it; null: it was found from the working directory. */
  readonly namedAs: string | null;
  /** The home itself, and below it what stands in its folders as deep as anything could be strange. */
  readonly entries: readonly SeenEntry[];
  /** Places of the mirror, relative to the home. */
  readonly places: readonly string[];
  /** Paths below the home that the configuration names; null where it could not be read. */
  readonly named: ReadonlySet<string> | null;
  /** Files of canonical manifests, relative to the home. */
  readonly manifests: readonly string[];
  readonly git: SeenGit;
  /** Places that this user may not write. */
  readonly unwritable: readonly string[];
  /** A folder that the embedded server's user may not enter, in words; null: none. */
  readonly unreachable: string | null;
  /** Permission bits of the password of the embedded server; null: there is none. */
  readonly passwordMode: number | null;
  /** The process of a start that was cut short; null: there is no lock file, or its process lives. */
  readonly deadStarter: number | null;
  readonly freeBytes: number;
  /** Everything that stands where strays are put. */
  readonly taken: ReadonlySet<string>;
  /** Moves of journals that were begun and have no end. */
  readonly unfinishedMoves: readonly UnfinishedMove[];
  /** Half-written files of writers that are gone. */
  readonly unfinished: readonly string[];
  readonly configProblem: string | null;
}

export interface UnfinishedMove {
  readonly journal: string;
  /** Of the file; null: the journal itself cannot be read, and `problem` says why. */
  readonly from: string | null;
  readonly problem: string;
}

/** The database, as far as it can be seen without trusting that it is ours. */
export type DatabaseSeen =
  | { readonly kind: "new" }
  | { readonly kind: "down"; readonly reason: string }
  | {
      readonly kind: "open";
      readonly version: number;
      readonly name: string;
      readonly sizeBytes: number;
      /** It stands in the home. */
      readonly isLocal: boolean;
      /** The server's clock less ours, and what the question took, in milliseconds. */
      readonly skewMs: number;
      readonly roundTripMs: number;
      readonly pending: number;
      readonly unknown: number;
    };

/** The ledger against the store. Absent where the database could not be asked. */
export interface LedgerSeen {
  /** Its identity. */
  readonly warehouse: string;
  readonly loads: number;
  readonly artifacts: readonly ArtifactSeen[];
  /** In the store, by sha256; what is no artifact's name is strange by its path. */
  readonly stored: ReadonlyMap<string, number>;
  readonly runs: readonly {
    readonly runId: string;
    readonly publication: string;
    readonly period: string;
    readonly startedAt: string;
    readonly held: boolean;
  }[];
  /** Folders of runs, with how the ledger says that they ended; null: it does not know them. */
  readonly runFolders: readonly {
    readonly runId: string;
    readonly status: string | null;
    readonly release: string | null;
  }[];
  readonly locks: readonly LockSeen[];
  /** Sources that have or should have an export, for the names of files. */
  readonly exportNames: ReadonlySet<string>;
  /** Files among the exports. */
  readonly exports: readonly string[];
  /** What the files know and the ledger does not, in words. */
  readonly behind: readonly string[];
}

export interface ArtifactSeen {
  readonly sha256: string;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly isPurged: boolean;
  /** Where the next backfill would fetch it again. */
  readonly again: readonly string[];
  readonly loads: readonly string[];
}

export interface LockSeen {
  readonly name: string;
  readonly pid: number;
  readonly application: string;
  readonly client: string | null;
  readonly state: string | null;
  readonly idleSeconds: number;
  readonly hasRun: boolean;
}

/** The store of backups: what its lists and inventories say, without reading a part. */
export interface BackupsSeen {
  /** Backups with a whole inventory. */
  readonly count: number;
  /** The other warehouse that the store belongs to; null: it is one's own, or nobody's. */
  readonly foreignOwner: string | null;
  /** Ids of those whose inventory is cut or changed, ascending. */
  readonly damaged: readonly string[];
  /** Null: none has a whole inventory. */
  readonly newest: {
    readonly id: string;
    /** Objects that it is made of. */
    readonly objects: number;
    /** What is wrong with them by name and size, in words. */
    readonly lacks: readonly string[];
  } | null;
  /** What the last receipt of the newest backup with one says, `at` as ISO instant; null: none has one. */
  readonly lastProof: {
    readonly id: string;
    readonly at: string;
    readonly proved: boolean;
    readonly differences: readonly string[];
  } | null;
  /** The last restore that proved a backup, ISO instant; null: there was none. */
  readonly proven: { readonly id: string; readonly at: string } | null;
}

/** Storages other than the home. Absent where the configuration could not be read. */
export type ElsewhereSeen =
  | { readonly kind: "down"; readonly reason: string }
  /** Names of what writes left that never ended. */
  | { readonly kind: "open"; readonly unfinished: readonly string[] };

/** A projection that is not what the database says, as the pipeline compares them. */
export interface ProjectionLag {
  readonly code: Extract<
    FindingCode,
    "STATE_BEHIND" | "EXPORT_BEHIND" | "MANIFEST_BEHIND" | "MANIFEST_EDITED" | "MANIFEST_CONFLICT"
  >;
  readonly path: string;
  readonly reason: string;
}

/** Beyond these a thing is told. */
export interface Bounds {
  readonly freeBytes: number;
  /** Of the size of the database. */
  readonly freeShare: number;
  readonly skewMs: number;
  /** A connection that holds a release with a run may be idle while its rows come by another. */
  readonly idleWithRunSeconds: number;
  readonly idleWithoutRunSeconds: number;
  /** Age of what a writer left that may live elsewhere. */
  readonly unfinishedMs: number;
  /** Days since a restore proved a backup. */
  readonly provenDays: number;
  /** A storage that has not answered by then is down. */
  readonly storageMs: number;
}

export interface Observations {
  readonly home: HomeSeen;
  /** Null where their store could not be asked. */
  readonly backups: BackupsSeen | null;
  /** Archives of event logs that cannot be read back; null where their storage could not be asked. */
  readonly damagedArchives: readonly { readonly key: string; readonly problem: string }[] | null;
  readonly elsewhere: ElsewhereSeen | null;
  readonly database: DatabaseSeen;
  readonly ledger: LedgerSeen | null;
  /** Null where the database could not be asked. */
  readonly projections: readonly ProjectionLag[] | null;
  /** Publications with periods that are overdue, by time, and the day by which the first was due. */
  readonly overdue:
    | readonly {
        readonly publication: string;
        readonly periods: readonly string[];
        readonly due: string | null;
      }[]
    | null;
  readonly bounds: Bounds;
  /** ISO day: where strays of today are put. */
  readonly today: string;
}
