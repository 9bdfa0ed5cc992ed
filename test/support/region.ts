import type {
  Region,
  RegionColumn,
  ReleaseManifest,
  SourceContract,
} from "../../src/model/manifest/manifest.ts";
import { nameOf } from "../../src/model/manifest/names.ts";
import { emptyManifest } from "../../src/stages/canonicalize/index.ts";
import { enrich } from "../../src/stages/enrich/index.ts";

/** A column of a table, by its header. */
export function column(header: string, more: Partial<RegionColumn> = {}): RegionColumn {
  return {
    letter: "A",
    header: [header],
    name: nameOf(header),
    type: "text",
    role: "dimension",
    markers: {},
    values: 10,
    empty: 0,
    distinct: 10,
    ...more,
  };
}

export function region(columns: readonly RegionColumn[], more: Partial<Region> = {}): Region {
  return {
    id: `aaaaaaaa//${more.sheet ?? "Table 1"}/1`,
    artifact: "a".repeat(64),
    file: "a.xlsx",
    member: null,
    sheet: "Table 1",
    hidden: false,
    number: 1,
    range: "A1:B10",
    header_rows: [1],
    data_rows: [[2, 10]],
    total_rows: [],
    section_rows: [],
    skipped_rows: [],
    columns,
    n_rows: 9,
    notes: [],
    marker_meanings: {},
    confidence: 1,
    quarantined: false,
    reasons: [],
    fingerprint: "f",
    ...more,
  };
}

export function release(
  regions: readonly Region[],
  more: Partial<ReleaseManifest> = {},
): ReleaseManifest {
  return {
    schema: "canonry/manifest@1",
    state: "draft",
    publication: "p",
    period: "2025-11",
    reader_version: 1,
    artifacts: [],
    period_evidence: [],
    regions,
    sheets: [],
    ...more,
  };
}

/** The draft with its meaning, as the publication's contracts of earlier periods have it. */
export function meant(
  draft: ReleaseManifest,
  contracts: readonly SourceContract[] = [],
): ReleaseManifest {
  const known = { ...emptyManifest("p", "P"), sources: contracts };
  return enrich(draft, contracts.length === 0 ? null : known).document;
}
