// Reads:  the folder of the home, git, the server, the ledger; of projections and storages what the pipeline saw
// Writes: nothing by itself; asked to, it moves strays to data/stray, data/logs/stray, tmp/stray, and journals it
// Key:    the old path of a stray and the day; a name that is taken is never written over
// Errors: PATH_SYMLINK, STORAGE_*, JOURNAL_INVALID; what cannot be moved stays and is told
export { apply, type DoctorNeeds, type FixReport, type Moved, settle, undo } from "./apply.ts";
export type {
  BackupsSeen,
  Bounds,
  DatabaseSeen,
  Observations,
  ProjectionLag,
} from "./observation.ts";
export { type Diagnosis, plan } from "./plan.ts";
export type { Move } from "./strays.ts";
export { journalsOf, surveyHome, surveyLedger, surveyServer } from "./survey.ts";
