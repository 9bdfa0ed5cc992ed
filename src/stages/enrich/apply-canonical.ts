import { assign } from "../../model/manifest/assign.ts";
import { columnFor } from "../../model/manifest/bind-columns.ts";
import type { Unplaced } from "../../model/manifest/generation.ts";
import { headerText } from "../../model/manifest/header-key.ts";
import type {
  CanonicalManifest,
  ContractColumn,
  Region,
  RegionColumn,
  ReleaseManifest,
  SourceContract,
} from "../../model/manifest/manifest.ts";
import { isGhost } from "../../model/manifest/similarity.ts";

/**
 * The names and the meaning of a canonical manifest given to the tables of a new draft, matched as loading
 * matches them. A table that two sources fit nearly alike gets nothing. What had no place is listed.
 */
export function applyCanonical(
  draft: ReleaseManifest,
  canonical: CanonicalManifest,
): { readonly document: ReleaseManifest; readonly unplaced: Unplaced } {
  const given = new Map<Region, Region>();
  const unplaced = {
    regions: [] as string[],
    columns: [] as string[],
    sources: [] as string[],
  };
  const found = new Set<string>();
  const assignments = assign(draft.regions, canonical.sources, canonical.decisions);
  for (const { contract, regions, ambiguous } of assignments) {
    for (const region of regions) {
      if (contract === null || ambiguous !== null) {
        if (!region.quarantined) unplaced.regions.push(placeOf(region, ambiguous));
        continue;
      }
      const meanings = meaningsOf(region, contract);
      given.set(region, giveRegion(region, contract, meanings));
      unplaced.columns.push(...withoutMeaning(region, contract, meanings));
      unplaced.sources.push(...withoutColumn(contract, meanings));
      found.add(contract.code);
    }
  }
  const lost = canonical.sources.filter(
    (source) => source.optional !== true && !found.has(source.code),
  );
  unplaced.sources.unshift(...lost.map((source) => source.code));
  return {
    document: { ...draft, regions: draft.regions.map((region) => given.get(region) ?? region) },
    unplaced: {
      regions: unplaced.regions,
      columns: [...new Set(unplaced.columns)],
      sources: [...new Set(unplaced.sources)],
    },
  };
}

type Meanings = ReadonlyMap<RegionColumn, ContractColumn>;

/** Each column of the contract stands for one column of the table; one without a header is made by the unpivot. */
function meaningsOf(region: Region, contract: SourceContract): Meanings {
  return new Map(
    region.columns.flatMap((column) => {
      if (column.role === "period" || isGhost(column)) return [];
      const meaning = columnFor(contract, region, column);
      return meaning === undefined || meaning.headers.length === 0 ? [] : [[column, meaning]];
    }),
  );
}

function giveRegion(region: Region, contract: SourceContract, meanings: Meanings): Region {
  const { title = contract.title } = region;
  return {
    ...region,
    title,
    ...(countsFirst(contract, region.description ?? titleAsWords(region, contract))
      ? { description: contract.description ?? "", said_by: contract.said_by ?? "canonical" }
      : {}),
    columns: giveColumns(region.columns, meanings),
  };
}

/**
 * What a person said counts before all. What the publisher says now counts before what was known, since
 * titles change with the period.
 */
function countsFirst(
  known: Pick<ContractColumn, "description" | "said_by">,
  published: string | undefined,
): boolean {
  if (known.description === undefined) return false;
  return known.said_by === "person" || published === undefined;
}

/** A title stands in for a description, but not for the one that a model gave. */
function titleAsWords({ title }: Region, { said_by: by }: SourceContract): string | undefined {
  return by === "model" ? undefined : title;
}

function giveColumns(
  columns: readonly RegionColumn[],
  meanings: Meanings,
): readonly RegionColumn[] {
  const kept = new Set(columns.filter((one) => !meanings.has(one)).map((one) => one.name));
  return columns.map((column) => {
    const meaning = meanings.get(column);
    if (meaning === undefined) return column;
    const { said_in: saidIn, ...rest } = column;
    const given = countsFirst(meaning, column.description);
    return {
      ...rest,
      ...(given || saidIn === undefined ? {} : { said_in: saidIn }),
      // A name that another column of the table has by rule stays with that one.
      name: kept.has(meaning.name) ? column.name : meaning.name,
      role: meaning.role === "period" ? column.role : meaning.role,
      ...(column.unit === undefined && meaning.unit !== undefined ? { unit: meaning.unit } : {}),
      ...(given
        ? { description: meaning.description ?? "", said_by: meaning.said_by ?? "canonical" }
        : {}),
    };
  });
}

function withoutMeaning(
  region: Region,
  contract: SourceContract,
  meanings: Meanings,
): readonly string[] {
  return region.columns
    .filter((column) => column.role !== "period" && !isGhost(column) && !meanings.has(column))
    .map((column) => `${contract.code}: ${headerText(column)} (column ${column.letter})`);
}

/** Columns that no header makes, such as those of an unpivoted table, are never looked for. */
function withoutColumn(contract: SourceContract, meanings: Meanings): readonly string[] {
  const placed = new Set(meanings.values());
  return contract.columns
    .filter(
      (column) => column.headers.length > 0 && column.optional !== true && !placed.has(column),
    )
    .map((column) => `${contract.code}.${column.name}`);
}

function placeOf(region: Region, reason: string | null): string {
  const sheet = [region.file, region.member, region.sheet].filter((part) => part !== null);
  return `${sheet.join(" ")} ${region.range}${reason === null ? "" : `: ${reason}`}`;
}
