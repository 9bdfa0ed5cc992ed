import type { Assignment } from "../../model/assign.ts";
import type { LeftOut, ReleaseDecision, SourceDecision } from "../../model/decision.ts";
import type { Drift } from "../../model/drift.ts";
import { stableJson } from "../../model/hash.ts";
import type { Region, ReleaseManifest, SourceContract } from "../../model/manifest.ts";
import type { PublicationConfig } from "../../model/publication.ts";
import { newContract } from "./contract.ts";
import { evolve, firstSeenAfter } from "./evolve.ts";
import { issuesOf, type RivalFacts } from "./issues.ts";
import { sourceCode } from "./naming.ts";

export interface KnownSource {
  readonly contract: SourceContract;
  readonly version: number;
}

/** All that the decision depends on. */
export interface CanonicalizeFacts {
  readonly release: ReleaseManifest;
  readonly drift_policy: PublicationConfig["drift"];
  /** Every file of the release was fetched. */
  readonly complete: boolean;
  readonly known: readonly KnownSource[];
  /** Codes that other publications use. */
  readonly taken: readonly string[];
  readonly assignments: readonly Assignment[];
  readonly rivals: RivalFacts;
}

/** Pure: same facts, same decision. Sources in the order of the contract, new ones in that of the file. */
export function decide(facts: CanonicalizeFacts): ReleaseDecision {
  const { release } = facts;
  const taken = new Set([...facts.taken, ...facts.known.map((one) => one.contract.code)]);
  const left: LeftOut[] = release.artifacts.flatMap((artifact) =>
    artifact.error === undefined
      ? []
      : [leftOutFile(artifact.file, artifact.sha256, artifact.error)],
  );
  const sources: SourceDecision[] = [];
  for (const assignment of facts.assignments) {
    const regions = withoutDuplicates(assignment.regions, left);
    const sound = regions.filter((region) => !region.quarantined);
    const decision = decideSource(facts, assignment, regions, sound, taken);
    if (decision === null) left.push(...regions.map(leftOutRegion));
    else sources.push(decision);
  }
  left.push(...quarantinedSheets(release));
  const unreadable = left.some((one) => one.what === "unreadable");
  for (const known of facts.known) {
    if (sources.some((one) => one.source === known.contract.code)) continue;
    const missing = missingSource(facts, known, unreadable);
    if (missing !== null) sources.push(missing);
  }
  return { publication: release.publication, period: release.period, sources, left_out: left };
}

function decideSource(
  facts: CanonicalizeFacts,
  assignment: Assignment,
  regions: readonly Region[],
  sound: readonly Region[],
  taken: Set<string>,
): SourceDecision | null {
  const known = facts.known.find((one) => one.contract === assignment.contract);
  const quarantined = regions.filter((region) => region.quarantined);
  if (known === undefined) {
    const [first, ...rest] = sound;
    if (first === undefined || quarantined.length > 0) return null;
    return firstSight(facts, [first, ...rest], taken);
  }
  if (quarantined.length > 0) {
    const reasons = quarantined.flatMap((region) =>
      region.reasons.map(
        (reason) => `${region.file} ${region.sheet ?? ""} ${region.range}: ${reason}`,
      ),
    );
    return blocked(known, "quarantine", [], reasons);
  }
  return changed(facts, assignment, known, sound);
}

function firstSight(
  facts: CanonicalizeFacts,
  regions: readonly [Region, ...Region[]],
  taken: Set<string>,
): SourceDecision {
  const { publication, period, artifacts } = facts.release;
  const code = sourceCode(publication, regions[0], taken);
  taken.add(code);
  const contract = newContract(code, regions, period);
  const drift: Drift = {
    kind: "source_new",
    after: code,
    evidence: `${regions[0].file} ${regions[0].sheet ?? ""} ${regions[0].range}: ${contract.columns.length} columns`,
    breaking: facts.drift_policy !== "evolve" && facts.known.length > 0,
  };
  const issues = issuesOf(contract, { publication, period }, regions, facts.rivals, artifacts);
  const base = { source: code, contract, base_version: 0, changed: true, drift: [drift] };
  if (issues === null) return rivalFiles({ ...base, issues: [] }, regions);
  return drift.breaking
    ? {
        ...base,
        verdict: "hold",
        issues,
        reasons: [`new source ${code} waits: drift policy ${facts.drift_policy}`],
      }
    : { ...base, verdict: "load", issues, reasons: [] };
}

function changed(
  facts: CanonicalizeFacts,
  assignment: Assignment,
  known: KnownSource,
  regions: readonly Region[],
): SourceDecision {
  const { publication, period, artifacts } = facts.release;
  let contract = known.contract;
  const drift: Drift[] = [];
  for (const region of regions) {
    const next = evolve(contract, region, period);
    contract = next.contract;
    drift.push(...next.drift);
  }
  if (assignment.ambiguous !== null) {
    drift.push({ kind: "match_ambiguous", evidence: assignment.ambiguous, breaking: true });
  }
  const judged = drift.map((one) => underPolicy(one, facts.drift_policy));
  const stop = judged.filter((one) => one.breaking);
  if (stop.length > 0) {
    return blocked(
      known,
      "hold",
      judged,
      stop.map((one) => `${one.kind}: ${one.evidence}`),
    );
  }
  const base = {
    source: contract.code,
    contract,
    base_version: known.version,
    changed: stableJson(contract) !== stableJson(known.contract),
    drift: judged,
  };
  const issues = issuesOf(contract, { publication, period }, regions, facts.rivals, artifacts);
  if (issues === null) return rivalFiles({ ...base, issues: [] }, regions);
  return { ...base, verdict: "load", issues, reasons: [] };
}

/** `review` lets nothing new in unseen; `freeze` nothing that differs. */
function underPolicy(drift: Drift, policy: PublicationConfig["drift"]): Drift {
  const report = drift.kind === "column_empty" || drift.kind === "marker_new";
  const stops =
    policy === "freeze" ? !report : policy === "review" && drift.kind === "column_added";
  return stops ? { ...drift, breaking: true } : drift;
}

function blocked(
  known: KnownSource,
  verdict: "hold" | "quarantine",
  drift: readonly Drift[],
  reasons: readonly string[],
): SourceDecision {
  return {
    source: known.contract.code,
    verdict,
    contract: known.contract,
    base_version: known.version,
    changed: false,
    drift,
    issues: [],
    reasons,
  };
}

function rivalFiles(
  base: Omit<SourceDecision, "verdict" | "reasons">,
  regions: readonly Region[],
): SourceDecision {
  const files = regions.map((region) => region.member ?? region.file).join(", ");
  return {
    ...base,
    verdict: "quarantine",
    reasons: [`RIVAL_FILES: ${files} hold the same rows, and nothing says which is the later one`],
  };
}

function missingSource(
  facts: CanonicalizeFacts,
  known: KnownSource,
  unreadable: boolean,
): SourceDecision | null {
  const { contract } = known;
  if (contract.optional === true || firstSeenAfter(contract.first_period, facts.release.period)) {
    return null;
  }
  if (unreadable || !facts.complete) {
    return blocked(known, "quarantine", [], ["its file was not fetched or could not be read"]);
  }
  const drift: Drift = {
    kind: "source_missing",
    before: contract.code,
    evidence: `no table of this release looks like ${contract.code}; set optional: true on the source if that is right`,
    breaking: true,
  };
  return blocked(known, "hold", [drift], [`source_missing: ${drift.evidence}`]);
}

/** The same content delivered twice is one delivery. */
function withoutDuplicates(regions: readonly Region[], left: LeftOut[]): readonly Region[] {
  return regions.filter((region, at) => {
    const first = regions.findIndex((other) => other.fingerprint === region.fingerprint);
    if (first === at) return true;
    const twin = regions[first];
    left.push({
      ...leftOutRegion(region),
      what: "duplicate",
      reason: `same content as ${twin?.member ?? twin?.file ?? ""}`,
    });
    return false;
  });
}

/** Sheets that the reader could make nothing of. */
function quarantinedSheets(release: ReleaseManifest): readonly LeftOut[] {
  return release.sheets.flatMap((sheet): LeftOut[] => {
    const hasRegion = release.regions.some(
      (region) =>
        region.artifact === sheet.artifact &&
        region.member === sheet.member &&
        region.sheet === sheet.sheet,
    );
    if (!sheet.quarantined || hasRegion) return [];
    const file = release.artifacts.find((one) => one.sha256 === sheet.artifact)?.file ?? "";
    return [
      {
        what: "quarantined",
        file,
        member: sheet.member,
        sheet: sheet.sheet,
        range: null,
        artifact: sheet.artifact,
        reason: sheet.reasons.join("; "),
      },
    ];
  });
}

function leftOutRegion(region: Region): LeftOut {
  return {
    what: "quarantined",
    file: region.file,
    member: region.member,
    sheet: region.sheet,
    range: region.range,
    artifact: region.artifact,
    reason: region.reasons.join("; ") || "quarantined beside another part of its source",
  };
}

function leftOutFile(
  file: string,
  artifact: string,
  error: { readonly code: string; readonly message: string },
): LeftOut {
  return {
    what: "unreadable",
    file,
    member: null,
    sheet: null,
    range: null,
    artifact,
    reason: `${error.code}: ${error.message}`,
  };
}
