import type { Binding, Issue, Part } from "../../model/decision.ts";
import { sha256, stableJson } from "../../model/hash.ts";
import { columnFor } from "../../model/manifest/bind-columns.ts";
import { headerKey, headerText } from "../../model/manifest/header-key.ts";
import type {
  DraftArtifact,
  Region,
  ReleaseManifest,
  SourceContract,
} from "../../model/manifest/manifest.ts";
import { isGhost } from "../../model/manifest/similarity.ts";
import { notedMarks } from "../../model/marks/noted-marks.ts";

/** What the files of one source say of their order and of the rows that they share. */
export interface RivalFacts {
  /** Pairs of region ids that hold rows of the same keys: two issues of one table. */
  readonly overlapping: readonly (readonly [a: string, b: string])[];
  /** Pairs that share some keys only: neither parts nor issues. */
  readonly unclear: readonly (readonly [a: string, b: string])[];
}

/** Binds the contract's columns to a region's. Columns over nothing bind too: they load as NULL. */
export function bindPart(contract: SourceContract, region: Region): Part {
  const names = new Set(contract.columns.map((column) => column.name));
  const bindings = region.columns.flatMap((column, index): Binding[] => {
    if (column.role === "period") return [];
    const known = columnFor(contract, region, column);
    return known !== undefined && names.has(known.name) ? [{ column: known.name, index }] : [];
  });
  const periods = region.columns.flatMap((column, index) =>
    column.role === "period" && column.period !== undefined && !isGhost(column)
      ? [{ index, period: column.period }]
      : [],
  );
  return { region, bindings, periods };
}

/** How the parts are read: columns, roles, types as seen or fixed by a person, layout. No prose. */
function readingOf(contract: SourceContract, parts: readonly Part[]): string {
  const reading = parts.map((part) =>
    part.bindings.map(({ column, index }) => {
      const seen = part.region.columns[index];
      const known = contract.columns.find((one) => one.name === column);
      return [
        column,
        seen === undefined ? "" : headerKey(headerText(seen)),
        known?.role,
        known?.type_by === "person" ? known.type : seen?.type,
        seen?.fill_down === true,
      ];
    }),
  );
  return sha256(stableJson([contract.layout, contract.time, reading]));
}

function issueOf(
  contract: SourceContract,
  { publication, period, regions }: ReleaseManifest,
  parts: readonly Part[],
  evidence: string,
): Issue {
  const reading = readingOf(contract, parts);
  const content = parts.map((part) => part.region.fingerprint).sort();
  // Other notes say other things of the same cells.
  const noted = notedMarks(parts.map((part) => part.region));
  const meanings = noted.map(({ token, meaning }) => [token, meaning]);
  const said = [publication, contract.code, period, content, reading];
  return {
    parts,
    copies: copiesOf(parts, regions),
    reading_hash: reading,
    key: sha256(stableJson(meanings.length === 0 ? said : [...said, meanings])),
    evidence,
  };
}

/** Other files in which the content of a part was delivered too. */
function copiesOf(parts: readonly Part[], regions: readonly Region[]): readonly string[] {
  const own = new Set(parts.map((part) => part.region.artifact));
  const content = new Set(parts.map((part) => part.region.fingerprint));
  const files = regions.filter((one) => content.has(one.fingerprint)).map((one) => one.artifact);
  return [...new Set(files)].filter((one) => !own.has(one));
}

/**
 * Splits the regions of one source into issues, oldest first. Files without a common key add up; of
 * files that hold the same keys each is an issue of its own, ordered by the publisher's evidence. Null
 * if that evidence is missing or conflicts.
 */
export function issuesOf(
  contract: SourceContract,
  release: ReleaseManifest,
  regions: readonly Region[],
  facts: RivalFacts,
): readonly Issue[] | null {
  const parts = regions.map((region) => bindPart(contract, region));
  const make = (some: readonly Part[], why: string): Issue => issueOf(contract, release, some, why);
  const mine = (pair: readonly [string, string]): boolean =>
    regions.some((region) => pair.includes(region.id));
  if (facts.unclear.some(mine)) return null;
  const rivals = regions.filter((region) =>
    facts.overlapping.some((pair) => pair.includes(region.id)),
  );
  if (rivals.length === 0) return [make(parts, parts.length > 1 ? "files add up" : "one file")];
  const ordered = orderRivals(rivals, release.artifacts);
  if (ordered === null) return null;
  const others = parts.filter((part) => !rivals.includes(part.region));
  return ordered.map(({ region, why }) =>
    make([...parts.filter((part) => part.region === region), ...others], why),
  );
}

/**
 * The publisher's evidence of which file came later: version words in the file's name, and the
 * instant that the workbook or the server gives. Where both speak they must agree.
 */
function orderRivals(
  rivals: readonly Region[],
  artifacts: readonly DraftArtifact[],
): readonly { readonly region: Region; readonly why: string }[] | null {
  const facts = rivals.map((region) => ({
    region,
    version: versionOf(region.member ?? region.file),
    modified: artifacts.find((one) => one.sha256 === region.artifact)?.modified ?? null,
  }));
  const sorted = facts.toSorted((a, b) => comparison(a, b) ?? 0);
  for (const [at, one] of sorted.entries()) {
    const next = sorted[at + 1];
    const order = next === undefined ? -1 : comparison(one, next);
    if (order === null || order >= 0) return null;
  }
  return sorted.map(({ region, version, modified }) => ({
    region,
    why: `${region.file}: version ${version}${modified === null ? "" : `, modified ${modified}`}`,
  }));
}

interface RivalFact {
  readonly version: number;
  readonly modified: string | null;
}

/** Negative: `a` is the earlier one. Null: no evidence, or it conflicts. */
function comparison(a: RivalFact, b: RivalFact): number | null {
  const byName = Math.sign(a.version - b.version);
  const byTime =
    a.modified === null || b.modified === null
      ? 0
      : Math.sign(a.modified < b.modified ? -1 : Number(a.modified > b.modified));
  if (byName !== 0 && byTime !== 0 && byName !== byTime) return null;
  const order = byName === 0 ? byTime : byName;
  return order === 0 ? null : order;
}

/** 0 for a first issue; `v3` is 3; a word such as "revised" or "final" is 1. */
function versionOf(file: string): number {
  const numbered = /(?:^|[^a-z])v(?:er(?:sion)?)?[ _-]?(\d{1,2})(?![\d])/i.exec(file);
  if (numbered?.[1] !== undefined) return Number(numbered[1]);
  return /revis|correct|final|updat|re-?issue/i.test(file) ? 1 : 0;
}
