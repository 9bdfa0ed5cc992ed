// Reads:  the decision of canonicalize, the ledger's loads of the release, rows of the artifacts
// Writes: bronze and silver tables, ops.load and what belongs to it, outcomes, quarantine
// Key:    publication + source + period + content of the parts + how they are read
// Errors: ROWS_ASIDE, CHECK_BROKEN, CHECK_ABORTED, VALUE_INVALID, CONSERVATION_BROKEN, GRAIN_BROKEN, TABLE_TOO_WIDE, DATABASE_LOST, LOCK_HELD
export { type LoadNeeds, type LoadScope, loadIssue, rereadIssue, tryIssue } from "./apply.ts";
export { RowsAsideError } from "./aside.ts";
export {
  type LoadAction,
  type LoadFacts,
  type LoadRecord,
  leftOutKey,
  type OutcomeRecord,
  plan,
} from "./plan.ts";
export { rereadParts } from "./reread.ts";
