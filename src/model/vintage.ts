import { CanonryError } from "./errors.ts";
import { sha256, stableJson } from "./hash.ts";

/** An issue of a source and release that is loaded. */
export interface Vintage {
  readonly load_id: string;
  readonly publication: string;
  readonly source: string;
  readonly period: string;
  readonly vintage: number;
  readonly is_current: boolean;
  /** A person went back behind it, and nothing made it current since. */
  readonly reverted: boolean;
  /** ISO instant; null if it is current. */
  readonly superseded_at: string | null;
  readonly run_id: string;
  /** Why its rows left the table: "on 2026-01-03 by retention.vintages_keep 2"; null while they stand there. */
  readonly expired: string | null;
}

/** Content that is not loaded again, and why; what was expired only while a later issue stands. */
export interface BarredContent {
  readonly source: string;
  readonly vintage: number;
  readonly because: "reverted" | "purged" | "expired";
  /** Idempotency keys of its issues; of a purged load none but of those that held the same. */
  readonly keys: readonly string[];
  /** Its content however it is read, see `contentKey`; null where a load that stands holds it too. */
  readonly content: string | null;
  /** As shown: "vintage 2 was reverted by Ada on 2025-12-01: wrong month". */
  readonly reason: string;
}

/** The content of an issue, whatever its columns are taken for: from the fingerprints of its parts. */
export function contentKey(fingerprints: readonly string[]): string {
  return sha256(stableJson([...fingerprints].sort()));
}

/** What going back comes to: the vintage that is to be current, or why there is nothing to do. */
export type Reversal =
  | { readonly from: Vintage | null; readonly to: Vintage }
  | { readonly nothing: string };

/**
 * Pure. Without `to` the last vintage before the current one that nobody reverted; nothing where a later one
 * was reverted already, so that the same command does nothing the second time. Throws VINTAGE_UNKNOWN.
 */
export function reversal(vintages: readonly Vintage[], to: number | null): Reversal {
  const current = vintages.find((one) => one.is_current) ?? null;
  if (to !== null) {
    const target = vintageOf(vintages, to);
    return target.is_current
      ? { nothing: `vintage ${to} is current` }
      : { from: current, to: target };
  }
  if (current === null) return { nothing: "none is current: name one with --to" };
  const later = vintages.find((one) => one.reverted && one.vintage > current.vintage);
  if (later !== undefined) {
    const was = `vintage ${later.vintage} was reverted, vintage ${current.vintage} is current`;
    return { nothing: `${was}: to go back further, name one with --to` };
  }
  const target = beforeOf(vintages, current.vintage);
  return target === null
    ? { nothing: `vintage ${current.vintage} is current, and there is none before it` }
    : { from: current, to: target };
}

/** The last vintage before this one that nobody reverted; null if there is none. */
export function beforeOf(vintages: readonly Vintage[], vintage: number): Vintage | null {
  const earlier = vintages.filter((one) => one.vintage < vintage && !one.reverted);
  return earlier.toSorted((a, b) => b.vintage - a.vintage)[0] ?? null;
}

/** Throws VINTAGE_EXPIRED if its rows left the table. */
export function standing(one: Vintage): Vintage {
  if (one.expired === null) return one;
  throw new CanonryError(
    "VINTAGE_EXPIRED",
    `vintage ${one.vintage} of ${one.source} ${one.period} was expired ${one.expired}`,
  );
}

/** Throws VINTAGE_UNKNOWN, and says which there are. */
export function vintageOf(vintages: readonly Vintage[], number: number): Vintage {
  const found = vintages.find((one) => one.vintage === number);
  if (found !== undefined) return found;
  const [first] = vintages;
  const have = vintages.map((one) => one.vintage).join(", ");
  throw new CanonryError(
    "VINTAGE_UNKNOWN",
    first === undefined
      ? `nothing is loaded of which ${number} could be a vintage`
      : `${first.source} ${first.period} has the vintages ${have}, not ${number}`,
  );
}

/** The releases whose vintages are meant: of one source, or of all sources of a publication. */
export type VintageChoice =
  | { readonly source: string; readonly period: string }
  | { readonly publication: string; readonly period: string };

/** Nothing of what was chosen is loaded: VINTAGE_UNKNOWN. */
export function nothingLoaded(choice: VintageChoice): CanonryError {
  const what = "source" in choice ? choice.source : choice.publication;
  return new CanonryError("VINTAGE_UNKNOWN", `nothing of ${what} is loaded for ${choice.period}`);
}

/** Who changed which vintage is there, and why. */
export interface Reason {
  readonly by: string;
  readonly reason: string;
}
