import type { EventSink } from "../../model/events.ts";
import type { GenerationMode } from "../../model/manifest/generation.ts";

export interface BackfillOptions {
  /** Empty: all. */
  readonly publications: readonly string[];
  /** Canonical periods; empty: all. */
  readonly periods: readonly string[];
  readonly from: string | null;
  readonly to: string | null;
  /** Which releases that are done are looked at again: `changed` are those of an older reader. */
  readonly reprocess: "none" | "failed" | "changed" | "all";
  /** How drafts are enriched; null: `copy` where the publication has a canonical generation, else `llm`. */
  readonly mode: GenerationMode | null;
  readonly dryRun: boolean;
  /** Fetch again what is outside its recheck window. */
  readonly force: boolean;
  /** Fetch nothing that is there already. */
  readonly offline: boolean;
  readonly concurrency: number;
  /** Sees every event, beside the event log. */
  readonly watch: EventSink;
}

/** A backfill without options. How many releases at once, and who watches, the caller says. */
export const EVERYTHING: Omit<BackfillOptions, "concurrency" | "watch"> = {
  publications: [],
  periods: [],
  from: null,
  to: null,
  reprocess: "none",
  mode: null,
  dryRun: false,
  force: false,
  offline: false,
};
