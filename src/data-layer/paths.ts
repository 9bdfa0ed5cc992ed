import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { CanonryError } from "../model/errors.ts";
import type { StorageRole } from "../model/storage/storage-role.ts";

/**
 * The mirror: each component of `src/` and the one place that it writes, relative to the home. The
 * names are the user's; a test compares the left side with the folders of `src/`.
 */
export const MIRROR: Readonly<Record<string, string>> = {
  "stages/acquire": "data/acquire",
  "stages/draft": "tmp/manifests",
  "stages/enrich": "tmp/manifests",
  "stages/canonicalize": "manifests/canonical",
  "stages/load": "data/database",
  "stages/export": "data/exports",
  "upkeep/retain": "data/archive",
  "upkeep/backup": "data/backups",
  events: "data/logs/events",
  pipeline: "data/state",
  database: "data/database",
  "upkeep/doctor": "data/stray",
};

/** Folders of a home that belong to somebody, beside those of the mirror. */
export const OTHER_PLACES: readonly string[] = [
  "tmp/scratch",
  // Event logs whose place is elsewhere, until they are there.
  "data/logs/waiting",
  // Where the doctor puts what stood where it should not, by what it is.
  ...["data/logs/stray", "tmp/stray"],
];

const LOGS = "data/logs/events/";
const ARCHIVED_LOGS = "data/archive/logs/";

/** Every path of a home, by arithmetic on strings. Nothing else in the program joins paths. */
export class Paths {
  /** Absolute. */
  readonly home: string;

  constructor(home: string) {
    if (!isAbsolute(home)) throw new CanonryError("PATH_UNSAFE", `${home} is not absolute`);
    this.home = resolve(home);
  }

  get publications(): string {
    return join(this.home, "config", "publications.yaml");
  }

  get settings(): string {
    return join(this.home, "config", "settings.yaml");
  }

  get database(): string {
    return join(this.home, "data", "database");
  }

  get tmp(): string {
    return join(this.home, "tmp");
  }

  get scratch(): string {
    return join(this.home, "tmp", "scratch");
  }

  get exports(): string {
    return join(this.home, "data", "exports");
  }

  /** Keys of the storage, relative to the home. */
  readonly keys = {
    artifact: (sha256: string): string => `data/acquire/${sha256.slice(0, 2)}/${sha256}`,
    artifacts: "data/acquire/",
    run: (runId: string): string => `tmp/manifests/${safeName(runId)}/`,
    runFile: (runId: string, name: string): string =>
      `tmp/manifests/${safeName(runId)}/${safeName(name)}`,
    runs: "tmp/manifests/",
    generation: (runId: string, stage: string, id: string): string =>
      `tmp/manifests/${safeName(runId)}/${safeName(stage)}/${safeName(id)}/`,
    generations: (runId: string, stage: string): string =>
      `tmp/manifests/${safeName(runId)}/${safeName(stage)}/`,
    template: (stage: string, name: string): string =>
      `config/templates/${safeName(stage)}/${safeName(name)}.md`,
    state: "data/state/state.json",
    export: (name: string): string => `data/exports/${safeName(name)}`,
    exports: "data/exports/",
    /** The folder of each role. */
    roles: {
      inputs: "data/acquire/",
      exports: "data/exports/",
      logs: "data/logs/",
      archive: "data/archive/",
      backups: "data/backups/",
    } satisfies Record<StorageRole, string>,
    backups: "data/backups/",
    backupOwner: "data/backups/warehouse.json",
    backupFile: (id: string, name: string): string =>
      `data/backups/${safeName(id)}/${safeName(name)}`,
    backupReceipt: (id: string, name: string): string =>
      `data/backups/${safeName(id)}/receipts/${safeName(name)}`,
    backupReceipts: (id: string): string => `data/backups/${safeName(id)}/receipts/`,
    backupPart: (sha256: string): string => `data/backups/parts/${sha256.slice(0, 2)}/${sha256}.gz`,
    backupArtifact: (sha256: string): string =>
      `data/backups/artifacts/${sha256.slice(0, 2)}/${sha256}`,
    backupTombstones: "data/backups/tombstones/",
    backupTombstone: (name: string): string => `data/backups/tombstones/${safeName(name)}`,
    backupParts: "data/backups/parts/",
    backupArtifacts: "data/backups/artifacts/",
    backupUnfinished: "data/backups/incoming/",
    backupIncoming: (name: string): string => `data/backups/incoming/${safeName(name)}`,
    events: (date: string, runId: string): string =>
      `data/logs/events/${safeName(date)}/${safeName(runId)}.jsonl`,
    waitingEvents: (writer: string, date: string, runId: string): string =>
      `data/logs/waiting/${safeName(writer)}/${safeName(date)}/${safeName(runId)}.jsonl`,
    allWaitingEvents: "data/logs/waiting/",
    logs: LOGS,
    /** `month` as 2025-11. */
    archivedLogs: (month: string): string => `${ARCHIVED_LOGS}${safeName(month)}.jsonl.gz`,
    archives: ARCHIVED_LOGS,
    archiving: (writer: string): string => `data/archive/incoming/${safeName(writer)}`,
  };

  /** What an event log is called among the others: `2025-11-03/<run>.jsonl`. */
  logName(key: string): string {
    return key.slice(LOGS.length);
  }

  /** A path that configuration names: relative ones start at the home. */
  fromHome(path: string): string {
    return isAbsolute(path) ? resolve(path) : resolve(this.home, path);
  }

  /** A file in the folder of another, given as configuration names that one. */
  beside(path: string, name: string): string {
    return join(dirname(path), safeName(name));
  }

  /** The key of a path that configuration names; null if it lies outside the home, or is the home. */
  within(path: string): string | null {
    const key = relative(this.home, this.fromHome(path)).split(sep).join("/");
    return key === "" || key === ".." || key.startsWith("../") || isAbsolute(key) ? null : key;
  }

  /** The key of a path inside the home. */
  keyOf(path: string): string {
    const key = relative(this.home, this.fromHome(path)).split(sep).join("/");
    return checkedKey(key);
  }
}

/** A key that stays inside its storage, or PATH_UNSAFE. */
export function checkedKey(key: string): string {
  const parts = key.split("/");
  const unsafe =
    key === "" ||
    key.includes("\u0000") ||
    key.includes("\\") ||
    isAbsolute(key) ||
    parts.some((part) => part === "" || part === "." || part === "..");
  if (unsafe)
    throw new CanonryError("PATH_UNSAFE", `${JSON.stringify(key)} is no key of a storage`);
  return key;
}

function safeName(name: string): string {
  if (/[/\\\u0000]/.test(name) || name === "" || name === "." || name === "..") {
    throw new CanonryError("PATH_UNSAFE", `${JSON.stringify(name)} is no file name`);
  }
  return name;
}
