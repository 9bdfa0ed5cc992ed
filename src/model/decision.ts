import type { Drift } from "./manifest/drift.ts";
import type { Region, SourceContract } from "./manifest/manifest.ts";

/** Where the cells of a contract's column stand in a region. */
export interface Binding {
  readonly column: string;
  /** Index into `region.columns`. */
  readonly index: number;
}

/** One region of an artifact as part of a source. */
export interface Part {
  readonly region: Region;
  readonly bindings: readonly Binding[];
  /** Layout `unpivot`: the columns that become rows, each with its canonical period. */
  readonly periods: readonly { readonly index: number; readonly period: string }[];
}

/** One issue of a source for a period: parts that add up. */
export interface Issue {
  readonly parts: readonly Part[];
  /** sha256 of other files of the release in which the content of a part stands too. */
  readonly copies: readonly string[];
  /** The idempotency key: publication, source, period, content of the parts, how they are read. */
  readonly key: string;
  readonly reading_hash: string;
  /** Why this issue comes after the one before it; the publisher's evidence. */
  readonly evidence: string;
}

/** Every file that an issue came in, each once. */
export function filesOf({ parts, copies }: Pick<Issue, "parts" | "copies">): readonly string[] {
  return [...new Set([...parts.map((part) => part.region.artifact), ...copies])];
}

/** What canonicalize decided for one source of one release. */
export interface SourceDecision {
  readonly source: string;
  readonly verdict: "load" | "hold" | "quarantine";
  readonly contract: SourceContract;
  /** Version of the contract in the database that this was decided on; 0 for a new source. */
  readonly base_version: number;
  readonly changed: boolean;
  readonly drift: readonly Drift[];
  /** Oldest first; the last one is to be current. */
  readonly issues: readonly Issue[];
  readonly reasons: readonly string[];
  /** Its tables, if they are not to be loaded. */
  readonly left_out: readonly LeftOut[];
}

/** A region or file that belongs to no decision, and why. */
export interface LeftOut {
  readonly what: "quarantined" | "unreadable" | "duplicate" | "empty" | "rejected";
  readonly file: string;
  readonly member: string | null;
  readonly sheet: string | null;
  readonly range: string | null;
  readonly artifact: string;
  readonly reason: string;
}

export interface ReleaseDecision {
  readonly publication: string;
  readonly period: string;
  readonly sources: readonly SourceDecision[];
  readonly left_out: readonly LeftOut[];
  /** The release that holds the same figures in every table; null if there is none. */
  readonly repeats: string | null;
}
