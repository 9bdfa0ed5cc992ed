// Reads:  the draft manifest of a release; in mode copy the publication's last canonical manifest
// Writes: nothing (the pipeline keeps the generation)
// Key:    the draft and the canonical manifest: equal inputs give equal documents
// Errors: none
import type { Unplaced } from "../../model/generation.ts";
import type {
  CanonicalManifest,
  Region,
  RegionColumn,
  ReleaseManifest,
} from "../../model/manifest.ts";
import { applyCanonical } from "./apply-canonical.ts";
import { describeHeader, unitInHeader } from "./glossary.ts";

export { promptVariables } from "./prompt-variables.ts";

/** Version of the rules that give meaning: part of the id of what they make. */
export const ENRICH_VERSION = 1;

export interface Enriched {
  readonly document: ReleaseManifest;
  readonly unplaced: Unplaced;
}

/**
 * Gives the regions of a draft their meaning: what a person said, then what the workbook says of itself, then
 * what the canonical manifest says of the source and column that they are, then the rules of the field. Every
 * fact says who said it. What the draft holds already, from a model, stays. Without a canonical manifest names
 * are those of the headers.
 */
export function enrich(draft: ReleaseManifest, canonical: CanonicalManifest | null): Enriched {
  const { document, unplaced } =
    canonical === null
      ? { document: draft, unplaced: { regions: [], columns: [], sources: [] } }
      : applyCanonical(draft, canonical);
  return {
    document: { ...document, state: "enriched", regions: document.regions.map(enrichRegion) },
    unplaced,
  };
}

function enrichRegion(region: Region): Region {
  const described: Region =
    region.title === undefined || region.description !== undefined
      ? region
      : { ...region, description: region.title, said_by: "publisher" };
  return { ...described, columns: region.columns.map(enrichColumn) };
}

function enrichColumn(column: RegionColumn): RegionColumn {
  const header = column.header.join(" ");
  const unit =
    column.unit ?? (column.role === "measure" ? (unitInHeader(header) ?? undefined) : undefined);
  const withUnit = unit === undefined ? column : { ...column, unit };
  if (column.description !== undefined) return withUnit;
  const description =
    column.role === "dimension" || column.role === "time" ? describeHeader(header) : null;
  return description === null ? withUnit : { ...withUnit, description, said_by: "rule" };
}
