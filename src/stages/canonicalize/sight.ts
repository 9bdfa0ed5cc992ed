import type { LoadProfile } from "../../model/load-commit.ts";
import type { Ruling } from "../../model/manifest/drift.ts";
import type { Region, SourceContract } from "../../model/manifest/manifest.ts";
import type { SeriesIssue } from "../../model/period/series-lag.ts";

/** One region as a release of a known source, and all that says whether it is as before. */
export interface Sight {
  readonly contract: SourceContract;
  readonly region: Region;
  readonly period: string;
  /** Releases of later periods are loaded: what only this one has is missing from them. */
  readonly laterLoaded: boolean;
  /** The nearest earlier release, or else the nearest later one; null if none is loaded. */
  readonly last: LastLoad | null;
  /** Releases of the publication between that one and this, in which the source was not. */
  readonly absent: readonly string[];
  readonly rulings: readonly Ruling[];
  /** How much the values of region columns are like those of contract columns; null if nobody looked. */
  readonly likeness: Likeness | null;
}

export interface LastLoad {
  readonly load_id: string;
  readonly period: string;
  readonly profile: LoadProfile;
  /** Fingerprints of its parts, ascending. */
  readonly content: readonly string[];
}

/** How the values of the last load compare with those of a region's columns, by their index. */
export interface Likeness {
  /** 0 to 1, or null if there is nothing to compare. */
  of(column: string, index: number): number | null;
  /**
   * The share of rows of one key whose value is nearer to that of `to` than to that of `from`, among those
   * where one is nearer; null where too few rows have the same key.
   */
  prefers(column: string, from: number, to: number): number | null;
}

export interface Seen {
  /** Periods in which anything of the publication is loaded. */
  readonly releases: readonly string[];
  /** By source: the periods in which it is loaded. */
  readonly periods: ReadonlyMap<string, readonly string[]>;
  /** By source: the nearest load before the period, or else the nearest after it. */
  readonly last: ReadonlyMap<string, LastLoad>;
  /** By source that repeats its history: its issues of the last releases that end before the period does, nearest first. */
  readonly issues: ReadonlyMap<string, readonly SeriesIssue[]>;
}
