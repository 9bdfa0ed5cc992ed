// Reads:  data/logs, data/archive, tmp, data/exports, data/backups, ops.run, ops.load, ops.artifact; the database's clock
// Writes: data/archive/logs/<month>.jsonl.gz, ops.load (expired), ops.artifact (expired); removes what a plan names
// Key:    kind + name of an item, with its size and time as they were planned
// Errors: LOG_ARCHIVE_DAMAGED, STORAGE_*, DATABASE_*, CONSERVATION_BROKEN; a failure is of its item alone
export { apply } from "./apply.ts";
export { type ArchivedLog, readArchive } from "./archive-format.ts";
export { damagedArchives } from "./check-archives.ts";
export type { FoundBackup, RetentionFacts } from "./facts.ts";
export { plan } from "./plan.ts";
export { type BackupShelf, type RetainNeeds, survey } from "./survey.ts";
