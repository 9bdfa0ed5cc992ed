import type { Assignment } from "../../model/manifest/assign.ts";
import type { DriftPolicies, Ruling } from "../../model/manifest/drift.ts";
import type { ReleaseManifest, SourceContract } from "../../model/manifest/manifest.ts";
import type { RowAllowance } from "../../model/manifest/row-allowance.ts";
import type { RivalFacts } from "./issues.ts";
import type { Likeness, Seen } from "./sight.ts";
import type { Twin } from "./twins.ts";

export interface KnownSource {
  readonly contract: SourceContract;
  readonly version: number;
}

/** All that the decision depends on. */
export interface CanonicalizeFacts {
  readonly release: ReleaseManifest;
  readonly drift_policy: DriftPolicies;
  /** Rows that may be set aside, as the publication says. */
  readonly allowance: RowAllowance;
  /** What people decided. */
  readonly rulings: readonly Ruling[];
  readonly seen: Seen;
  /** By region, where values were compared. */
  readonly likeness: ReadonlyMap<string, Likeness>;
  /** By source that repeats its history: the newest data period of the release, where it was looked for. */
  readonly newest: ReadonlyMap<string, string>;
  /** The release whose tables stand in this one once more; null if none does. */
  readonly repeats: string | null;
  /** Every file of the release was fetched. */
  readonly complete: boolean;
  /** Sources of which a vintage of this release was purged: nobody waits for their tables. */
  readonly purged: readonly string[];
  readonly known: readonly KnownSource[];
  /** Codes that other publications use. */
  readonly taken: readonly string[];
  readonly assignments: readonly Assignment[];
  readonly rivals: RivalFacts;
  /** New tables that are no source of their own without a word. */
  readonly twins: readonly Twin[];
}
