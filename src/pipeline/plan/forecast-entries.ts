import type { SourceOutcome } from "../../database/inquiry/record-outcome.ts";
import type { LoadProfile, LoadReceipt } from "../../model/load-commit.ts";
import type { Drift } from "../../model/manifest/drift.ts";
import type { SeriesIssue } from "../../model/period/series-lag.ts";
import type { ReleasePlace } from "../release/release-ledger.ts";

/** A load that would be made. */
export interface ForecastLoad extends ReleasePlace {
  readonly kind: "load";
  readonly source: string;
  readonly load_id: string;
  readonly key: string;
  readonly receipt: LoadReceipt;
  readonly statements: readonly string[];
  readonly drift: readonly Drift[];
  /** Version and digest of the manifest after it; null if the load does not change it. */
  readonly manifest: { readonly version: number; readonly digest: string } | null;
  readonly profile: LoadProfile;
  /** Files that its rows came in, and fingerprints of its parts, ascending. */
  readonly artifacts: readonly string[];
  readonly content: readonly string[];
  /** Null if it does not repeat its history. */
  readonly issue: SeriesIssue | null;
}

export type ForecastEntry =
  | ForecastLoad
  | (ReleasePlace & {
      readonly kind: "outcome";
      readonly source: string;
      readonly status: SourceOutcome["status"];
      readonly reason: string;
      readonly drift: readonly Drift[];
    });
