import type { BackfillOptions } from "../../src/pipeline/backfill-options.ts";

/** A backfill of everything, as `canonry backfill` without a flag, unseen. */
export const OPTIONS: BackfillOptions = {
  publications: [],
  periods: [],
  from: null,
  to: null,
  reprocess: "none",
  mode: null,
  dryRun: false,
  force: false,
  offline: false,
  concurrency: 2,
  watch: { emit: () => undefined, flush: () => Promise.resolve() },
};
