import type { Drift } from "../../model/drift.ts";
import { fileStem } from "../../model/file-stem.ts";
import type { ContractColumn, Region, RegionColumn, SourceContract } from "../../model/manifest.ts";
import { freeName } from "../../model/names.ts";
import { comparePeriods, parsePeriod } from "../../model/period.ts";
import { columnFor, headerKey, headerText, isGhost, nameKey } from "../../model/similarity.ts";
import { retype } from "./column-type.ts";
import { contractColumn, DATA_PERIOD, VALUE, valueType } from "./contract.ts";

export interface Evolution {
  readonly contract: SourceContract;
  readonly drift: readonly Drift[];
}

/** The contract after a release, and every difference on the way, in the order of the columns. */
export function evolve(before: SourceContract, region: Region, period: string): Evolution {
  const drift: Drift[] = [];
  const sheets = sheetNames(before, region, drift);
  const wide = region.columns.some((column) => column.role === "period");
  if (wide !== (before.layout === "unpivot")) drift.push(layoutChanged(before, wide));
  const added = addedColumns(before, region, period, drift);
  const kept = before.columns.map((column) => evolveColumn(before, column, region, drift));
  drift.push(...missingColumns(before, region, period, added));
  const stem = fileStem(region.member ?? region.file);
  const files = before.match.files.includes(stem)
    ? before.match.files
    : [...before.match.files, stem];
  return {
    contract: {
      ...before,
      match: { ...before.match, sheets, files },
      columns: [...kept, ...added],
    },
    drift,
  };
}

function sheetNames(
  before: SourceContract,
  region: Region,
  drift: Drift[],
): readonly (string | null)[] {
  const { sheets } = before.match;
  if (sheets.some((name) => nameKey(name) === nameKey(region.sheet))) return sheets;
  drift.push({
    kind: "sheet_renamed",
    before: sheets.map((name) => name ?? "(csv)").join(", "),
    after: region.sheet ?? "(csv)",
    evidence: `the table of ${before.code} stands on sheet ${JSON.stringify(region.sheet)} of ${region.file}`,
    breaking: false,
  });
  return [...sheets, region.sheet];
}

function layoutChanged(before: SourceContract, wide: boolean): Drift {
  return {
    kind: "layout_changed",
    before: before.layout,
    after: wide ? "unpivot" : "rows",
    evidence: wide ? "periods now stand in columns" : "periods no longer stand in columns",
    breaking: true,
  };
}

function addedColumns(
  before: SourceContract,
  region: Region,
  period: string,
  drift: Drift[],
): readonly ContractColumn[] {
  const taken = new Set(before.columns.map((column) => column.name));
  const added: ContractColumn[] = [];
  for (const column of region.columns) {
    if (column.role === "period" || columnFor(before, column) !== undefined) continue;
    if (isGhost(column)) {
      drift.push(emptyColumn(column, "has a header and no value: not made a column"));
      continue;
    }
    const name = freeName(column.name, taken);
    taken.add(name);
    added.push({ ...contractColumn(column, period), name });
    drift.push({
      kind: "column_added",
      column: name,
      after: column.type,
      evidence: `${headerText(column)} (column ${column.letter} of ${region.range}), ${column.values} values`,
      breaking: false,
    });
  }
  return added;
}

function emptyColumn(column: RegionColumn, what: string): Drift {
  return {
    kind: "column_empty",
    column: column.name,
    evidence: `${JSON.stringify(headerText(column))} ${what}`,
    breaking: false,
  };
}

function evolveColumn(
  before: SourceContract,
  known: ContractColumn,
  region: Region,
  drift: Drift[],
): ContractColumn {
  if (before.layout === "unpivot" && known.name === VALUE) return evolveValue(known, region, drift);
  const seen = region.columns.find(
    (column) => column.role !== "period" && columnFor(before, column)?.name === known.name,
  );
  if (seen === undefined) return known;
  if (isGhost(seen)) {
    drift.push(emptyColumn(seen, "has no value in this release"));
    return known;
  }
  const typed = retypeColumn(known, seen, drift);
  if (known.unit !== undefined && seen.unit !== undefined && known.unit !== seen.unit) {
    drift.push({
      kind: "unit_changed",
      column: known.name,
      before: known.unit,
      after: seen.unit,
      evidence: `the unit of ${known.name} was ${known.unit} and reads ${seen.unit} now`,
      breaking: true,
    });
  }
  const headers = known.headers.some((text) => headerKey(text) === headerKey(headerText(seen)))
    ? known.headers
    : [...known.headers, headerText(seen)];
  return withMarkers({ ...typed, headers }, Object.keys(seen.markers), drift);
}

function evolveValue(known: ContractColumn, region: Region, drift: Drift[]): ContractColumn {
  const wide = region.columns.filter((column) => column.role === "period");
  const seen = { ...known, type: valueType(wide) };
  const typed = retypeColumn(known, seen, drift);
  return withMarkers(
    typed,
    wide.flatMap((column) => Object.keys(column.markers)),
    drift,
  );
}

function retypeColumn(
  known: ContractColumn,
  seen: Pick<RegionColumn, "type">,
  drift: Drift[],
): ContractColumn {
  const change = retype(
    known.type,
    seen.type,
    known.role === "measure",
    known.type_by === "person",
  );
  if (change.kind === "same") return known;
  drift.push({
    kind: "column_retyped",
    column: known.name,
    before: known.type,
    after: seen.type,
    evidence: `${known.name} was ${known.type}; this release holds ${seen.type}`,
    breaking: change.kind === "breaking",
  });
  return change.kind === "widened" ? { ...known, type: change.type } : known;
}

function withMarkers(
  known: ContractColumn,
  tokens: readonly string[],
  drift: Drift[],
): ContractColumn {
  const fresh = [...new Set(tokens)].filter((token) => !known.markers.includes(token)).sort();
  if (fresh.length === 0) return known;
  drift.push({
    kind: "marker_new",
    column: known.name,
    after: fresh.join(" "),
    evidence: `${known.name} holds the marks ${fresh.map((token) => JSON.stringify(token)).join(", ")} for the first time`,
    breaking: false,
  });
  return { ...known, markers: [...known.markers, ...fresh].sort() };
}

/** A column that a release of this age should have and has not. With new ones beside it, a rename is proposed. */
function missingColumns(
  before: SourceContract,
  region: Region,
  period: string,
  added: readonly ContractColumn[],
): readonly Drift[] {
  const made = before.layout === "unpivot" ? [DATA_PERIOD, VALUE] : [];
  const found = new Set(
    region.columns
      .filter((column) => column.role !== "period")
      .map((column) => columnFor(before, column)?.name),
  );
  const missing = before.columns.filter(
    (column) =>
      column.optional !== true &&
      !made.includes(column.name) &&
      !found.has(column.name) &&
      !firstSeenAfter(column.first_period, period),
  );
  return missing.map((column): Drift => {
    const like = added.filter((one) => one.role === column.role);
    const names = like.map((one) => one.name).join(", ");
    const header = column.headers[0] ?? column.name;
    return like.length === 0
      ? {
          kind: "column_missing",
          column: column.name,
          evidence: `${JSON.stringify(header)} is not in ${region.file}; set optional: true if that is right`,
          breaking: true,
        }
      : {
          kind: "column_renamed",
          column: column.name,
          before: header,
          after: names,
          evidence: `${JSON.stringify(header)} is gone and ${names} came: add the new header to its headers if it is the same, or set optional: true`,
          breaking: true,
        };
  });
}

/** Absence before first sight is no drift. */
export function firstSeenAfter(first: string, period: string): boolean {
  const [a, b] = [parsePeriod(first), parsePeriod(period)];
  return a !== null && b !== null && comparePeriods(a, b) > 0;
}
