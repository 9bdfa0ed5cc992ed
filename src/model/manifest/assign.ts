import type { Ruling } from "./drift.ts";
import { fileStem } from "./file-stem.ts";
import { headerKey, headerText } from "./header-key.ts";
import type { Region, SourceContract } from "./manifest.ts";
import { lastingColumns, nameKey, type Similarity, similarity } from "./similarity.ts";

/** Below this a region is a new table rather than a changed one. */
const ACCEPT = 0.55;
/** Headers in common that a match needs, whatever sheet and file say. */
const ACCEPT_HEADERS = 0.4;
/** Two candidates closer than this are not decided silently. */
const MARGIN = 0.03;

export interface Assignment {
  /** Null: a new source. */
  readonly contract: SourceContract | null;
  /** One, or several of different files: parts that add up, or rivals. */
  readonly regions: readonly Region[];
  readonly similarity: Similarity | null;
  /** Set if the match is too close to call. */
  readonly ambiguous: string | null;
}

interface Candidate {
  readonly region: Region;
  readonly contract: SourceContract;
  readonly similarity: Similarity;
}

/**
 * Which region is which source. Greedy by score, ties by order of the document, so equal input gives
 * equal output. A source takes a second region only from another file of the same kind.
 */
export function assign(
  regions: readonly Region[],
  contracts: readonly SourceContract[],
  rulings: readonly Ruling[] = [],
): readonly Assignment[] {
  const candidates = rank(regions, contracts).filter((one) => !isRuledOut(one, rulings));
  const taken = new Map<string, { regions: Region[]; similarity: Similarity }>();
  const placed = new Set<Region>();
  for (const candidate of candidates) {
    if (placed.has(candidate.region)) continue;
    const holder = taken.get(candidate.contract.code);
    if (holder === undefined) {
      taken.set(candidate.contract.code, {
        regions: [candidate.region],
        similarity: candidate.similarity,
      });
    } else if (addsTo(candidate, holder.regions, rulings)) holder.regions.push(candidate.region);
    else continue;
    placed.add(candidate.region);
  }
  const matched = contracts.flatMap((contract): Assignment[] => {
    const holder = taken.get(contract.code);
    if (holder === undefined) return [];
    const ambiguous = closeCall(contract, holder, candidates, taken, placed);
    return [
      {
        contract,
        regions: inOrder(holder.regions, regions),
        similarity: holder.similarity,
        ambiguous,
      },
    ];
  });
  return [
    ...matched,
    ...groupNew(
      regions.filter((region) => !placed.has(region)),
      rulings,
    ),
  ];
}

/** A person said that the two are not one table. */
function isRuledOut({ region, contract }: Candidate, rulings: readonly Ruling[]): boolean {
  return rulings.some(
    (one) =>
      one.source === contract.code &&
      ((one.verdict === "rejected" &&
        ((one.kind === "match_ambiguous" && one.after === placeOf(region)) ||
          (one.kind === "sheet_renamed" && one.after === (region.sheet ?? "(csv)")))) ||
        (one.verdict === "approved" &&
          one.kind === "layout_changed" &&
          region.columns.some((column) => column.role === "period") === (one.after === "unpivot"))),
  );
}

/** Where a region stands, in words that hold for the next period too. */
export function placeOf(region: Region): string {
  const table = region.number > 1 ? ` table ${region.number}` : "";
  return `${fileStem(region.member ?? region.file)} ${region.sheet ?? "(csv)"}${table}`;
}

function rank(regions: readonly Region[], contracts: readonly SourceContract[]): Candidate[] {
  const all = regions.flatMap((region) =>
    contracts.map((contract): Candidate => {
      const stem = fileStem(region.member ?? region.file);
      return { region, contract, similarity: similarity(region, stem, contract) };
    }),
  );
  return all
    .filter(({ similarity: s }) => s.score >= ACCEPT && s.headers >= ACCEPT_HEADERS)
    .map((candidate, order) => ({ candidate, order }))
    .sort(
      (a, b) => b.candidate.similarity.score - a.candidate.similarity.score || a.order - b.order,
    )
    .map(({ candidate }) => candidate);
}

function addsTo(
  candidate: Candidate,
  regions: readonly Region[],
  rulings: readonly Ruling[],
): boolean {
  const { region, contract, similarity: s } = candidate;
  const known =
    contract.match.files.includes(fileStem(region.member ?? region.file)) ||
    rulingOnTwin(region, { contract, regions }, rulings) === "approved";
  return (
    known &&
    s.headers > 0.8 &&
    regions.every(
      (other) =>
        (other.artifact !== region.artifact || other.member !== region.member) &&
        nameKey(other.sheet) === nameKey(region.sheet) &&
        other.number === region.number,
    )
  );
}

/** Another free source, or another unplaced table of the file, that fits nearly as well. */
function closeCall(
  contract: SourceContract,
  holder: { regions: readonly Region[]; similarity: Similarity },
  candidates: readonly Candidate[],
  taken: ReadonlyMap<string, unknown>,
  placed: ReadonlySet<Region>,
): string | null {
  const near = candidates.find(
    (other) =>
      holder.similarity.score - other.similarity.score < MARGIN &&
      ((other.contract !== contract &&
        holder.regions.includes(other.region) &&
        !taken.has(other.contract.code)) ||
        (other.contract === contract && !placed.has(other.region))),
  );
  if (near === undefined) return null;
  const score = (s: Similarity): string => s.score.toFixed(2);
  return `${near.region.id} fits ${near.contract.code} with ${score(near.similarity)}, against ${score(holder.similarity)}`;
}

function inOrder(some: readonly Region[], all: readonly Region[]): readonly Region[] {
  return all.filter((region) => some.includes(region));
}

/**
 * What a person said of a new table that has sheet and columns of another one: whether it is the same. Null if
 * nobody did.
 */
export function rulingOnTwin(
  region: Region,
  { contract, regions: [first] }: Pick<Assignment, "contract" | "regions">,
  rulings: readonly Ruling[],
): Ruling["verdict"] | null {
  if (first === undefined) return null;
  const [own, other] = [placeOf(region), placeOf(first)];
  const ruling = rulings.find(
    ({ kind, source, before, after }) =>
      kind === "match_ambiguous" &&
      before !== undefined &&
      (contract === null
        ? (before === other && after === own) || (before === own && after === other)
        : source === contract.code && after === own),
  );
  return ruling?.verdict ?? null;
}

/** New tables of different files with one sheet, stem and header set are one source, and those of which a person said so. */
function groupNew(regions: readonly Region[], rulings: readonly Ruling[]): readonly Assignment[] {
  const groups = new Map<string, Region[]>();
  for (const region of regions) {
    const key = [
      nameKey(region.sheet),
      region.number,
      fileStem(region.member ?? region.file),
      ...lastingColumns(region).map((column) => headerKey(headerText(column))),
    ].join("\u001f");
    const group = groups.get(key);
    const fresh = group?.every(
      (other) => other.artifact !== region.artifact || other.member !== region.member,
    );
    if (group !== undefined && fresh === true) group.push(region);
    else groups.set(group === undefined ? key : `${key}\u001f${region.id}`, [region]);
  }
  return joined([...groups.values()], rulings).map((group) => ({
    contract: null,
    regions: group,
    similarity: null,
    ambiguous: null,
  }));
}

/** Groups of which a person said that they are one, in the place of the first. */
function joined(
  groups: readonly (readonly Region[])[],
  rulings: readonly Ruling[],
): readonly (readonly Region[])[] {
  const homes: Region[][] = [];
  for (const group of groups) {
    const home = homes.find((regions) =>
      group.every(
        (region) => rulingOnTwin(region, { contract: null, regions }, rulings) === "approved",
      ),
    );
    if (home === undefined) homes.push([...group]);
    else home.push(...group);
  }
  return homes;
}
