// Reads:  the enriched manifest of a release, the contracts in the database, keys of rival files
// Writes: nothing; its decision is committed by the load, together with the rows
// Key:    the facts: equal facts give an equal decision
// Errors: MANIFEST_CONFLICT; what cannot be decided is a decision to hold or to quarantine

import { type Assignment, assign } from "../../model/manifest/assign.ts";
import type { Ruling } from "../../model/manifest/drift.ts";
import type { Region, ReleaseManifest } from "../../model/manifest/manifest.ts";
import { NO_ROWS } from "../../model/manifest/row-allowance.ts";
import type { PublicationConfig } from "../../model/publication.ts";
import type { RegionRow } from "../../model/region-row.ts";
import { newContract } from "./contract.ts";
import type { CanonicalizeFacts, KnownSource } from "./facts.ts";
import type { RivalFacts } from "./issues.ts";
import { isSound } from "./left-out.ts";
import { likenessOf, type SampleRequest, type SampleRow } from "./likeness.ts";
import { newestData } from "./newest-data.ts";
import { overlaps } from "./overlap.ts";
import { repeatedRelease } from "./repeated.ts";
import { underRulings } from "./rulings.ts";
import { LEAST_AGREEING } from "./series-drift.ts";
import { settled } from "./settle.ts";
import type { Likeness, Seen } from "./sight.ts";
import { twinsOf } from "./twins.ts";
import { isSuspicious } from "./value-drift.ts";

export { type Consolidated, consolidate } from "./consolidate.ts";
export { decide } from "./decide.ts";
export type { CanonicalizeFacts, KnownSource } from "./facts.ts";
export { bindPart } from "./issues.ts";
export { KEY_SEPARATOR, type SampleRequest, type SampleRow } from "./likeness.ts";
export {
  changeLines,
  digestOf,
  emptyManifest,
  nextVersion,
  withContract,
  withRulings,
} from "./manifest-document.ts";
export {
  type ManifestAction,
  type ManifestDecision,
  type ManifestFacts,
  planManifest,
} from "./manifest-plan.ts";
export { placeManifest, readPeriodManifest } from "./read-period-manifest.ts";
export type { LastLoad } from "./sight.ts";

export interface CanonicalizeInput {
  readonly release: ReleaseManifest;
  readonly publication: PublicationConfig;
  /** Every file of the release was fetched. */
  readonly complete: boolean;
  readonly purged: readonly string[];
  readonly rulings: readonly Ruling[];
}

export interface CanonicalizeNeeds {
  /** Contracts of the publication in the order in which they were first seen. */
  contractsOf(publication: string): Promise<readonly KnownSource[]>;
  /** Source codes of all other publications. */
  codesOfOthers(publication: string): Promise<readonly string[]>;
  /** Releases of the publication that hold loads, and the last one before or else after this period of each source. */
  seenOf(publication: string, period: string): Promise<Seen>;
  /** Periods but this one, the newest first, whose current load of a source has parts of these fingerprints. */
  periodsHolding(
    source: string,
    content: readonly string[],
    but: string,
  ): Promise<readonly string[]>;
  /** Rows of a load with the lowest hashes of their keys. */
  sampleOf(request: SampleRequest): Promise<readonly SampleRow[]>;
  /** Rows of a region, read again from its artifact. */
  rowsOf(region: Region): AsyncIterable<readonly RegionRow[]>;
}

/**
 * Reads all that `decide` depends on. Rows are read only where a source has several files, a new table looks
 * like another one, something about columns is not as it was, or a series does not say where it ends.
 */
export async function survey(
  input: CanonicalizeInput,
  needs: CanonicalizeNeeds,
): Promise<CanonicalizeFacts> {
  const { release, publication } = input;
  const known = await needs.contractsOf(publication.code);
  const seen = await needs.seenOf(publication.code, release.period);
  const assignments = assign(
    release.regions,
    known.map((one) => one.contract),
    input.rulings,
  );
  return {
    release,
    drift_policy: publication.drift,
    allowance: publication.quarantine ?? NO_ROWS,
    complete: input.complete,
    purged: input.purged,
    known,
    taken: await needs.codesOfOthers(publication.code),
    assignments,
    rulings: input.rulings,
    seen,
    repeats: await repeatedRelease(assignments, seen, (source, content) =>
      needs.periodsHolding(source, content, release.period),
    ),
    newest: await newestBySource(assignments, seen, input, needs),
    likeness: await likenessesOf(assignments, seen, input.rulings, needs),
    rivals: await rivalsOf(assignments, release.period, needs),
    twins: await twinsOf(assignments, input.rulings, needs.rowsOf),
  };
}

async function rivalsOf(
  assignments: readonly Assignment[],
  period: string,
  needs: CanonicalizeNeeds,
): Promise<RivalFacts> {
  const overlapping: (readonly [string, string])[] = [];
  const unclear: (readonly [string, string])[] = [];
  for (const { contract, regions } of assignments) {
    const [first, ...rest] = regions.filter(isSound);
    if (first === undefined || rest.length === 0) continue;
    const reading =
      contract === null
        ? newContract("candidate", [first, ...rest], period)
        : settled(contract, [first, ...rest], period);
    const facts = await overlaps(reading, [first, ...rest], needs.rowsOf);
    overlapping.push(...facts.overlapping);
    unclear.push(...facts.unclear);
  }
  return { overlapping, unclear };
}

/** Looked for only where enough earlier releases say what to expect. */
async function newestBySource(
  assignments: readonly Assignment[],
  { issues }: Seen,
  { release: { period }, rulings }: CanonicalizeInput,
  { rowsOf }: CanonicalizeNeeds,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const { contract, regions } of assignments) {
    if (contract === null || (issues.get(contract.code) ?? []).length < LEAST_AGREEING) continue;
    const ruled = underRulings(contract, rulings);
    const newest = await newestData(ruled, regions.filter(isSound), period, rowsOf);
    if (newest !== null) found.set(contract.code, newest);
  }
  return found;
}

/** By region: only where something is not as it was, since it costs a reading of the rows. */
async function likenessesOf(
  assignments: readonly Assignment[],
  { last }: Seen,
  rulings: readonly Ruling[],
  needs: CanonicalizeNeeds,
): Promise<ReadonlyMap<string, Likeness>> {
  const found = new Map<string, Likeness>();
  for (const { contract, regions } of assignments) {
    const [region, ...others] = regions.filter(isSound);
    const before = contract === null ? undefined : last.get(contract.code);
    if (contract === null || region === undefined || before === undefined) continue;
    const ruled = underRulings(contract, rulings);
    if (others.length > 0 || !isSuspicious(before, ruled, region)) continue;
    const like = await likenessOf(ruled, region, before, needs.rowsOf, needs.sampleOf);
    found.set(region.id, like);
  }
  return found;
}
