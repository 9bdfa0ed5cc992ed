// Reads:  the managed schemas in one snapshot, configuration, canonical manifests, artifacts; data/backups
// Writes: data/backups; a restore: the database, files of the home that are not there
// Key:    sha256 of each part; of a load's rows what the ledger says of it
// Errors: BACKUP_* (BACKUP_FOREIGN: the store is another warehouse's), DATABASE_*, STORAGE_*; a backup without a whole inventory is none, a restore is whole or not at all
export { apply, type BackupNeeds, type Written } from "./apply.ts";
export { type Forgetting, forget, planForget, surveyStore, sweep } from "./forget.ts";
export { doubtOf, ownBytes, type StoreFacts } from "./forget-plan.ts";
export { holders } from "./holders.ts";
export { homeFiles, isConfiguration } from "./home-files.ts";
export { chosenBackup, wholeBackups } from "./newest.ts";
export { checkOwner, claimStore, foreignOwner } from "./owner.ts";
export { type BackupPlan, plan } from "./plan.ts";
export { prove, rowDifferences } from "./prove.ts";
export { redact } from "./redact.ts";
export { artifactsToPut, databaseToRestore, fileToRestore, wholeInventory } from "./restore.ts";
export { survey } from "./survey.ts";
export { keepTombstones, tombstonesOf } from "./tombstones.ts";
export { faultsOf, lacksOf, objectsOf } from "./verify.ts";
