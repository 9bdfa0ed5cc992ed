import type { Database } from "../../database/database.ts";
import {
  recordOutcome,
  type SourceOutcome,
  standAgain,
} from "../../database/inquiry/record-outcome.ts";
import { lastCanonical } from "../../database/ledger/generations.ts";
import {
  codesOfOthers,
  contractsOf,
  loadsOfRelease,
  manifestInForce,
  outcomesOfRelease,
  quarantineKeys,
  recordQuarantine,
  resolveQuarantine,
} from "../../database/ledger/ledger.ts";
import { type HeldContent, periodsHolding, sampleOf, seenOf } from "../../database/ledger/seen.ts";
import { commitLoad } from "../../database/load/commit-load.ts";
import { earlierRows, totalHistory } from "../../database/load/earlier-loads.ts";
import { keepSame } from "../../database/load/same-rows.ts";
import { rowsAsideOf } from "../../database/quarantine/quarantine.ts";
import { barredOfRelease } from "../../database/vintages/vintages.ts";
import type { LeftOut, ReleaseDecision } from "../../model/decision.ts";
import type { LoadCommit, LoadResult } from "../../model/load-commit.ts";

export interface ReleasePlace {
  readonly publication: string;
  readonly period: string;
}

export type StillOut = Parameters<typeof resolveQuarantine>[2];
export type SampleOfLoad = Parameters<typeof sampleOf>[1];
export type Manifest = NonNullable<Awaited<ReturnType<typeof manifestInForce>>>;

/**
 * What deciding and loading a release reads and writes. The database is one; a forecast stands on it and
 * keeps what would be written to itself; a guard lets through only what a plan says.
 */
export interface ReleaseLedger {
  /** Nothing that is written is kept. */
  readonly rehearses: boolean;
  manifestInForce(publication: string): Promise<Manifest | null>;
  /** The last canonical generation that the enriched one of a release may be a copy of. */
  lastCanonical(publication: string, release: string | null): ReturnType<typeof lastCanonical>;
  seenOf(publication: string, period: SeenPeriod): ReturnType<typeof seenOf>;
  periodsHolding(asked: HeldContent): Promise<readonly string[]>;
  sampleOf(request: SampleOfLoad): ReturnType<typeof sampleOf>;
  contractsOf(publication: string): ReturnType<typeof contractsOf>;
  codesOfOthers(publication: string): Promise<string[]>;
  loadsOfRelease(place: ReleasePlace): ReturnType<typeof loadsOfRelease>;
  outcomesOfRelease(place: ReleasePlace): ReturnType<typeof outcomesOfRelease>;
  barredOfRelease(place: ReleasePlace): ReturnType<typeof barredOfRelease>;
  quarantineKeys(place: ReleasePlace): Promise<string[]>;
  /** Rows that the current loads set aside, by source. */
  rowsAside(place: ReleasePlace): ReturnType<typeof rowsAsideOf>;
  /** The published totals that held in the last load of a source that ends before a day. */
  totalHistory(source: string, before: string): ReturnType<typeof totalHistory>;
  /** Data rows of the last loads of a source that end before a day, latest first. */
  earlierRows(source: string, before: string): ReturnType<typeof earlierRows>;
  /** Told of each decision before anything of it is done; throws what forbids it. */
  decided(decision: ReleaseDecision): void;
  /** Loads an issue, or finds that its rows are those of a load. */
  commitLoad(load: LoadCommit): Promise<LoadResult>;
  /** An issue holds what a load holds, in files that it did not come in. */
  recordSame(
    loadId: string,
    same: { readonly key: string; readonly artifacts: readonly string[] },
  ): Promise<void>;
  recordOutcome(outcome: SourceOutcome): Promise<void>;
  /** The outcome of a source is its current load again. */
  standAgain(outcome: Parameters<typeof standAgain>[1]): Promise<void>;
  recordQuarantine(
    run: ReleasePlace & { readonly run_id: string },
    items: readonly (LeftOut & { readonly key: string })[],
  ): Promise<void>;
  /** All but what is still left out, by key, and what still waits, by source. */
  resolveQuarantine(place: ReleasePlace, still: StillOut): Promise<void>;
}

export interface SeenPeriod {
  readonly text: string;
  /** Last day, ISO. */
  readonly end: string;
}

export function databaseLedger(database: Database): ReleaseLedger {
  return {
    rehearses: false,
    manifestInForce: (code) => manifestInForce(database, code),
    lastCanonical: (code, release) => lastCanonical(database, code, release),
    seenOf: (code, period) => seenOf(database, code, period),
    periodsHolding: (asked) => periodsHolding(database, asked),
    sampleOf: (request) => sampleOf(database, request),
    contractsOf: (code) => contractsOf(database, code),
    codesOfOthers: (code) => codesOfOthers(database, code),
    loadsOfRelease: ({ publication, period }) => loadsOfRelease(database, publication, period),
    outcomesOfRelease: ({ publication, period }) =>
      outcomesOfRelease(database, publication, period),
    barredOfRelease: ({ publication, period }) => barredOfRelease(database, publication, period),
    quarantineKeys: ({ publication, period }) => quarantineKeys(database, publication, period),
    rowsAside: ({ publication, period }) => rowsAsideOf(database, publication, period),
    totalHistory: (source, before) => totalHistory(database, source, before),
    earlierRows: (source, before) => earlierRows(database, source, before),
    decided: () => undefined,
    commitLoad: (load) => commitLoad(database, load),
    recordSame: (loadId, same) => keepSame(database, loadId, same),
    recordOutcome: (outcome) => recordOutcome(database, outcome),
    standAgain: (outcome) => standAgain(database, outcome),
    recordQuarantine: (run, items) => recordQuarantine(database, run, items),
    resolveQuarantine: (place, still) => resolveQuarantine(database, place, still),
  };
}
