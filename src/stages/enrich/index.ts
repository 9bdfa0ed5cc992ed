// Reads:  the draft manifest of a release, the contracts of the publication's known sources
// Writes: nothing (the pipeline keeps the document in the run's folder)
// Key:    the draft itself: equal drafts and contracts give equal documents
// Errors: none
import type {
  ContractColumn,
  Region,
  RegionColumn,
  ReleaseManifest,
  SourceContract,
} from "../../model/manifest.ts";
import { describeHeader, unitInHeader } from "./glossary.ts";

/**
 * Gives the regions of a draft their meaning: what the workbook says of itself counts first, then
 * what the canonical manifest already says of a column of that name, then the rules of the field.
 * Every fact says who said it. Names are never touched.
 */
export function enrich(
  draft: ReleaseManifest,
  contracts: readonly SourceContract[],
): ReleaseManifest {
  const known = new Map<string, ContractColumn>();
  for (const contract of contracts) {
    for (const column of contract.columns) {
      if (column.description !== undefined) known.set(column.name, column);
    }
  }
  return {
    ...draft,
    state: "enriched",
    regions: draft.regions.map((region) => enrichRegion(region, known)),
  };
}

function enrichRegion(region: Region, known: ReadonlyMap<string, ContractColumn>): Region {
  const described: Region =
    region.title === undefined || region.description !== undefined
      ? region
      : { ...region, description: region.title, said_by: "publisher" };
  return { ...described, columns: region.columns.map((column) => enrichColumn(column, known)) };
}

function enrichColumn(
  column: RegionColumn,
  known: ReadonlyMap<string, ContractColumn>,
): RegionColumn {
  const header = column.header.join(" ");
  const unit =
    column.unit ?? (column.role === "measure" ? (unitInHeader(header) ?? undefined) : undefined);
  const withUnit = unit === undefined ? column : { ...column, unit };
  if (column.description !== undefined) return withUnit;
  const earlier = known.get(column.name);
  if (earlier?.description !== undefined) {
    return {
      ...withUnit,
      description: earlier.description,
      said_by: earlier.said_by ?? "canonical",
    };
  }
  const description =
    column.role === "dimension" || column.role === "time" ? describeHeader(header) : null;
  return description === null ? withUnit : { ...withUnit, description, said_by: "rule" };
}
