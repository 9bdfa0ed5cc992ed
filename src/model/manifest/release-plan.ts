import type { ExitCode } from "../errors.ts";
import { sha256, stableJson } from "../hash.ts";
import type { LinkStatus, UnplacedFile, UnseenPage } from "../link.ts";
import type { ReleaseStatus } from "../report.ts";
import type { Drift } from "./drift.ts";

/** Which releases a plan is about; the same words as a backfill's. Empty lists: all. */
export interface PlanOptions {
  readonly publications: readonly string[];
  readonly periods: readonly string[];
  readonly from: string | null;
  readonly to: string | null;
  readonly reprocess: "none" | "failed" | "changed" | "all";
}

/** The plan of a backfill: what it stands on, and all that it would do. `schemas/plan.schema.json` is its JSON Schema. */
export interface ReleasePlan {
  readonly schema: "canonry/plan@1";
  /** ISO instant: the only thing in which two plans over one world differ. */
  readonly made_at: string;
  readonly options: PlanOptions;
  /** Version of the code that sees tables. */
  readonly reader_version: number;
  readonly publications: readonly PlannedPublication[];
  /** Questions for a person that are open, or would be once this is applied. */
  readonly open_decisions: readonly OpenDecision[];
  /** What a backfill would end with, if exports succeed. */
  readonly exit: ExitCode;
  /** sha256 of all the rest but `made_at`: an edited plan is known by it. */
  readonly digest: string;
}

export interface PlannedPublication {
  readonly publication: string;
  /** By key of the configuration, and `limits` of the settings: sha256 of what it says. */
  readonly config: Readonly<Record<string, string>>;
  readonly manifest: PlannedManifest;
  /** By time. */
  readonly releases: readonly PlannedRelease[];
  readonly unplaced: readonly UnplacedFile[];
  /** Pages that were not read: files may be missing. */
  readonly unseen: readonly Pick<UnseenPage, "url" | "reason">[];
}

export interface ManifestVersion {
  readonly version: number;
  /** sha256 of what the document says. */
  readonly digest: string;
}

export interface PlannedManifest {
  readonly file: ManifestVersion | null;
  readonly database: ManifestVersion | null;
  /** A person's edit, or a file that the database lacks: what is taken up first. */
  readonly taken_up: ManifestVersion | null;
}

export interface PlannedRelease {
  readonly period: string;
  readonly status: ReleaseStatus;
  readonly reason: string;
  /** Its tables were looked at; false if nothing is new since they were. */
  readonly decided: boolean;
  readonly links: readonly PlannedLink[];
  /** Loads that are current now. */
  readonly loads: readonly CurrentLoad[];
  /** In the order in which they would be done. */
  readonly actions: readonly PlannedAction[];
  /** Files, sheets and tables that belong to no source, and why. */
  readonly left_out: readonly string[];
}

export interface PlannedLink {
  readonly url: string;
  readonly status: LinkStatus;
  readonly sha256: string | null;
}

export interface CurrentLoad {
  readonly source: string;
  readonly key: string;
  readonly vintage: number;
}

export interface PlannedDrift extends Drift {
  /** Of the question that it asks; `canonry approve` and `reject` take it. Null if it asks none. */
  readonly question: string | null;
}

export interface PlannedAction {
  readonly source: string;
  readonly verdict: "load" | "hold" | "quarantine" | "unchanged";
  readonly reason: string;
  readonly drift: readonly PlannedDrift[];
  /** Idempotency keys of the issues that were decided, oldest first. */
  readonly issues: readonly string[];
  /** Null if nothing is loaded. */
  readonly load: PlannedLoad | null;
}

export interface PlannedLoad {
  readonly key: string;
  /** From 2 on a re-issue. */
  readonly vintage: number;
  readonly rows_data: number;
  readonly rows_total: number;
  /** Statements that shape table and view, as they would be run. */
  readonly ddl: readonly string[];
  /** The manifest after the load; null if the load does not change it. */
  readonly manifest: ManifestVersion | null;
}

export interface OpenDecision {
  readonly id: string;
  readonly publication: string;
  readonly source: string;
  readonly kind: Drift["kind"];
  readonly evidence: string;
  /** Releases that wait for it. */
  readonly waiting: readonly string[];
  /** The ledger holds the question, so it can be answered now. */
  readonly asked: boolean;
}

export function planDigest(plan: Omit<ReleasePlan, "digest">): string {
  return sha256(stableJson({ ...plan, made_at: "", digest: "" }));
}
