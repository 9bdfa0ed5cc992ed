// Reads:  the enriched manifest of a release, the contracts in the database, keys of rival files
// Writes: nothing; its decision is committed by the load, together with the rows
// Key:    the facts: equal facts give an equal decision
// Errors: MANIFEST_CONFLICT; what cannot be decided is a decision to hold or to quarantine

import { type Assignment, assign } from "../../model/assign.ts";
import type { Region, ReleaseManifest } from "../../model/manifest.ts";
import type { PublicationConfig } from "../../model/publication.ts";
import type { RegionRow } from "../../model/region-row.ts";
import { newContract } from "./contract.ts";
import type { CanonicalizeFacts, KnownSource } from "./decide.ts";
import type { RivalFacts } from "./issues.ts";
import { overlaps } from "./overlap.ts";

export { type CanonicalizeFacts, decide, type KnownSource } from "./decide.ts";
export { changeLines, emptyManifest, nextVersion, withContract } from "./manifest-document.ts";
export { type ManifestDecision, type ManifestFacts, planManifest } from "./manifest-plan.ts";

export interface CanonicalizeInput {
  readonly release: ReleaseManifest;
  readonly publication: PublicationConfig;
  /** Every file of the release was fetched. */
  readonly complete: boolean;
}

export interface CanonicalizeNeeds {
  /** Contracts of the publication in the order in which they were first seen. */
  contractsOf(publication: string): Promise<readonly KnownSource[]>;
  /** Source codes of all other publications. */
  codesOfOthers(publication: string): Promise<readonly string[]>;
  /** Rows of a region, read again from its artifact. */
  rowsOf(region: Region): AsyncIterable<readonly RegionRow[]>;
}

/** Reads all that `decide` depends on. Rows are read only where a source has several files. */
export async function survey(
  input: CanonicalizeInput,
  needs: CanonicalizeNeeds,
): Promise<CanonicalizeFacts> {
  const { release, publication } = input;
  const known = await needs.contractsOf(publication.code);
  const assignments = assign(
    release.regions,
    known.map((one) => one.contract),
  );
  return {
    release,
    drift_policy: publication.drift,
    complete: input.complete,
    known,
    taken: await needs.codesOfOthers(publication.code),
    assignments,
    rivals: await rivalsOf(assignments, release.period, needs),
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
    const [first, ...rest] = regions.filter((region) => !region.quarantined);
    if (first === undefined || rest.length === 0) continue;
    const reading = contract ?? newContract("candidate", [first, ...rest], period);
    const facts = await overlaps(reading, [first, ...rest], needs.rowsOf);
    overlapping.push(...facts.overlapping);
    unclear.push(...facts.unclear);
  }
  return { overlapping, unclear };
}
