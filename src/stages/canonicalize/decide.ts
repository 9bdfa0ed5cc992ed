import type { LeftOut, ReleaseDecision, SourceDecision } from "../../model/decision.ts";
import { stableJson } from "../../model/hash.ts";
import { type Assignment, placeOf } from "../../model/manifest/assign.ts";
import { type Drift, underPolicy } from "../../model/manifest/drift.ts";
import type { Region, SourceContract } from "../../model/manifest/manifest.ts";
import { FreeNames } from "../../model/manifest/names.ts";
import { newContract } from "./contract.ts";
import { coverageDrift } from "./coverage-drift.ts";
import { evolve, ghostsOf } from "./evolve.ts";
import type { CanonicalizeFacts, KnownSource } from "./facts.ts";
import { issuesOf } from "./issues.ts";
import {
  isSound,
  leftOutFile,
  leftOutRegion,
  leftOutTwin,
  outFor,
  quarantinedSheets,
  withoutDuplicates,
} from "./left-out.ts";
import { sourceCode } from "./naming.ts";
import { firstSeenAfter } from "./period-order.ts";
import { namedAsRuled, rulingOn, underRulings } from "./rulings.ts";
import { seriesDrift } from "./series-drift.ts";
import { settled } from "./settle.ts";
import { doubtsOn } from "./twins.ts";

/** Pure: same facts, same decision. Sources in the order of the contract, new ones in that of the file. */
export function decide(facts: CanonicalizeFacts): ReleaseDecision {
  const { release } = facts;
  const codes = new FreeNames([...facts.taken, ...facts.known.map((one) => one.contract.code)]);
  const left: LeftOut[] = release.artifacts.flatMap((artifact) =>
    artifact.error === undefined
      ? []
      : [leftOutFile(artifact.file, artifact.sha256, artifact.error)],
  );
  const sources: SourceDecision[] = [];
  const decided = new Set<Region>();
  for (const assignment of facts.assignments) {
    const regions = withoutDuplicates(assignment.regions, left);
    const sound = regions.filter(isSound);
    const twins = facts.twins.filter(
      ({ region, of, what }) =>
        assignment.regions.includes(region) && (what === "same" || decided.has(of)),
    );
    if (twins.length > 0) {
      left.push(...twins.map((one) => leftOutTwin(one.region, one.what, one.evidence)));
      continue;
    }
    const decision = decideSource(facts, assignment, regions, sound, codes);
    if (decision === null) left.push(...regions.map((region) => leftOutRegion(region)));
    else if ("rejected" in decision) {
      const reason = decision.rejected;
      left.push(
        ...regions.map((one) => ({ ...leftOutRegion(one), what: "rejected", reason }) as const),
      );
    } else {
      sources.push(decision);
      for (const region of assignment.regions) decided.add(region);
    }
  }
  left.push(...quarantinedSheets(release));
  const unreadable = left.some((one) => one.what === "unreadable");
  for (const known of facts.known) {
    if (sources.some((one) => one.source === known.contract.code)) continue;
    const missing = missingSource(facts, known, unreadable);
    if (missing !== null) sources.push(missing);
  }
  const { publication, period } = release;
  return { publication, period, sources, left_out: left, repeats: facts.repeats };
}

/** A person does not want the table. */
interface Rejected {
  readonly rejected: string;
}

function decideSource(
  facts: CanonicalizeFacts,
  assignment: Assignment,
  regions: readonly Region[],
  sound: readonly Region[],
  codes: FreeNames,
): SourceDecision | Rejected | null {
  const known = facts.known.find((one) => one.contract === assignment.contract);
  const quarantined = regions.filter((region) => !isSound(region));
  if (known === undefined) {
    const [first, ...rest] = sound;
    if (first === undefined || quarantined.length > 0) return null;
    return firstSight(facts, [first, ...rest], codes, doubtsOn(assignment, facts.twins));
  }
  if (quarantined.length > 0) {
    const reasons = quarantined.flatMap((region) =>
      region.reasons.map(
        (reason) => `${region.file} ${region.sheet ?? ""} ${region.range}: ${reason}`,
      ),
    );
    const left = regions.map(leftOutRegion);
    return blocked(known, "quarantine", [], { reasons, left_out: left });
  }
  return changed(facts, assignment, known, sound);
}

function firstSight(
  facts: CanonicalizeFacts,
  regions: readonly [Region, ...Region[]],
  codes: FreeNames,
  doubts: readonly Drift[],
): SourceDecision | Rejected {
  const { publication, period } = facts.release;
  const code = sourceCode(publication, regions[0], codes);
  const drift: Drift = {
    kind: "source_new",
    after: code,
    evidence: `${regions[0].file} ${regions[0].sheet ?? ""} ${regions[0].range}: ${regions[0].columns.length} columns`,
    breaking: false,
  };
  const ruling = rulingOn(code, drift, facts.rulings);
  if (ruling?.verdict === "rejected")
    return { rejected: `not wanted: rejected by ${ruling.by} on ${ruling.on}` };
  const seen = newContract(code, regions, period);
  const columns = namedAsRuled(code, seen.columns, facts.rulings);
  const contract = underRulings({ ...seen, columns }, facts.rulings);
  const later = facts.seen.releases.filter((one) => firstSeenAfter(one, period));
  const all = [
    facts.known.length === 0 || ruling !== null ? drift : underPolicy(drift, facts.drift_policy),
    ...ghostsOf(regions, contract),
    ...(later.length === 0 || contract.optional === true
      ? []
      : [sourceMissing(code, `is not in ${later.join(", ")}`)]),
    ...doubts,
  ];
  const issues = issuesOf(contract, facts.release, regions, facts.rivals);
  const base = { source: code, contract, base_version: 0, changed: true, drift: all };
  if (issues === null) return rivalFiles({ ...base, issues: [] }, regions);
  const stop = all.filter((one) => one.breaking);
  return stop.length === 0
    ? { ...base, verdict: "load", issues, reasons: [], left_out: [] }
    : { ...base, verdict: "hold", issues, ...outFor(stop.map(reasonOf), regions) };
}

const reasonOf = (drift: Drift): string => `${drift.kind}: ${drift.evidence}`;

function sourceMissing(code: string, where: string): Drift {
  return {
    kind: "source_missing",
    before: code,
    evidence: `${code} ${where}`,
    breaking: true,
  };
}

function changed(
  facts: CanonicalizeFacts,
  assignment: Assignment,
  known: KnownSource,
  regions: readonly Region[],
): SourceDecision {
  const { contract, drift } = evolveOver(facts, known.contract, regions);
  const [region] = regions;
  if (assignment.ambiguous !== null && region !== undefined) {
    drift.push({
      kind: "match_ambiguous",
      after: placeOf(region),
      evidence: assignment.ambiguous,
      breaking: true,
    });
  }
  drift.push(...doubtsOn(assignment, facts.twins));
  const judged = drift.map((one) => {
    const open = underPolicy(underAllowance(one, contract, facts), facts.drift_policy);
    const ruling = rulingOn(contract.code, one, facts.rulings);
    return { drift: ruling === null ? open : { ...open, breaking: false }, ruling };
  });
  const all = judged.map((one) => one.drift);
  const refused = judged.flatMap(({ drift: one, ruling }) =>
    ruling?.verdict === "rejected" && !SETTLED_BY_REJECTION.includes(one.kind)
      ? [`${one.kind}: rejected by ${ruling.by} on ${ruling.on}: ${one.evidence}`]
      : [],
  );
  if (refused.length > 0) return blocked(known, "quarantine", all, outFor(refused, regions));
  const stop = all.filter((one) => one.breaking);
  if (stop.length > 0) return blocked(known, "hold", all, outFor(stop.map(reasonOf), regions));
  const base = {
    source: contract.code,
    contract,
    base_version: known.version,
    changed: stableJson(contract) !== stableJson(known.contract),
    drift: all,
  };
  const issues = issuesOf(contract, facts.release, regions, facts.rivals);
  if (issues === null) return rivalFiles({ ...base, issues: [] }, regions);
  return { ...base, verdict: "load", issues, reasons: [], left_out: [] };
}

/**
 * Where rows may be set aside, a column that holds values of another type keeps its own: the rows that do not
 * fit it are counted by the load, and more than may be are a question there.
 */
function underAllowance(drift: Drift, contract: SourceContract, facts: CanonicalizeFacts): Drift {
  const { rows } = contract.quarantine ?? facts.allowance;
  const some = typeof rows === "number" ? rows > 0 : !/^0(?:\.0*)?%$/.test(rows);
  return some && drift.kind === "column_retyped" ? { ...drift, breaking: false } : drift;
}

/** To reject these is an answer that the contract carries; to reject any other keeps the release out. */
const SETTLED_BY_REJECTION: readonly Drift["kind"][] = ["column_renamed", "column_added"];

/** The contract after every part of a source. Parts are no whole: only a single one is compared with the last load. */
function evolveOver(
  facts: CanonicalizeFacts,
  known: SourceContract,
  regions: readonly Region[],
): { readonly contract: SourceContract; readonly drift: Drift[] } {
  const { period } = facts.release;
  const { seen } = facts;
  const last = (regions.length === 1 ? seen.last.get(known.code) : undefined) ?? null;
  const loaded = seen.periods.get(known.code) ?? [];
  const absent = seen.releases.filter(
    (one) =>
      last !== null &&
      !loaded.includes(one) &&
      firstSeenAfter(one, last.period) &&
      firstSeenAfter(period, one),
  );
  let contract = settled(known, regions, period);
  const drift: Drift[] = [];
  for (const region of regions) {
    const next = evolve({
      contract,
      region,
      period,
      laterLoaded: loaded.some((one) => firstSeenAfter(one, period)),
      last,
      absent,
      rulings: facts.rulings,
      likeness: facts.likeness.get(region.id) ?? null,
    });
    contract = next.contract;
    drift.push(...next.drift);
  }
  drift.push(...coverageDrift(contract, regions, period));
  const newest = facts.newest.get(known.code) ?? null;
  const earlier = seen.issues.get(known.code) ?? [];
  const { rulings } = facts;
  drift.push(...seriesDrift({ contract, regions, period, newest, earlier, rulings }));
  return { contract, drift };
}

function blocked(
  known: KnownSource,
  verdict: "hold" | "quarantine",
  drift: readonly Drift[],
  out: Pick<SourceDecision, "reasons" | "left_out">,
): SourceDecision {
  return {
    source: known.contract.code,
    verdict,
    contract: known.contract,
    base_version: known.version,
    changed: false,
    drift,
    issues: [],
    ...out,
  };
}

function rivalFiles(
  base: Omit<SourceDecision, "verdict" | "reasons" | "left_out">,
  regions: readonly Region[],
): SourceDecision {
  const files = regions.map((region) => region.member ?? region.file).join(", ");
  const reason = `RIVAL_FILES: ${files} hold the same rows, and nothing says which is the later one`;
  return { ...base, verdict: "quarantine", ...outFor([reason], regions) };
}

function missingSource(
  facts: CanonicalizeFacts,
  known: KnownSource,
  unreadable: boolean,
): SourceDecision | null {
  const { contract } = known;
  if (facts.purged.includes(contract.code)) return null;
  if (contract.optional === true || firstSeenAfter(contract.first_period, facts.release.period)) {
    return null;
  }
  if (unreadable || !facts.complete) {
    const lost = outFor(["its file was not fetched or could not be read"], []);
    return blocked(known, "quarantine", [], lost);
  }
  const drift = sourceMissing(contract.code, "looks like no table of this release");
  const ruling = rulingOn(contract.code, drift, facts.rulings);
  if (ruling?.verdict === "approved") return null;
  return ruling === null
    ? blocked(known, "hold", [drift], outFor([reasonOf(drift)], []))
    : blocked(
        known,
        "quarantine",
        [],
        outFor([`${reasonOf(drift)}, and it is expected: ${ruling.by} on ${ruling.on}`], []),
      );
}
