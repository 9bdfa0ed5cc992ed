import type { Drift } from "../../model/manifest/drift.ts";
import { headerKey, headerText } from "../../model/manifest/header-key.ts";
import type {
  ColumnType,
  ContractColumn,
  Region,
  RegionColumn,
} from "../../model/manifest/manifest.ts";
import { isGhost } from "../../model/manifest/similarity.ts";
import { marksSeen } from "../../model/marks/marked-columns.ts";
import { cellsAgainst, retype } from "./column-type.ts";
import { valueType } from "./contract.ts";
import { firstSeenAfter } from "./period-order.ts";
import type { Sight } from "./sight.ts";

/** Up to this many categories are told by name. */
const MOST_NAMED = 8;

/** A contract's column after a release that has it. */
export function evolveColumn(
  known: ContractColumn,
  seen: RegionColumn,
  sight: Sight,
  drift: Drift[],
): ContractColumn {
  if (isGhost(seen)) {
    drift.push({
      kind: "column_empty",
      column: known.name,
      evidence: `${JSON.stringify(headerText(seen))} has no value in this release`,
      breaking: false,
    });
    return known;
  }
  const typed = retypeColumn(known, seen.type, [seen], drift);
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
  drift.push(...historyDrift(known, seen, sight));
  const headers =
    known.rolling !== undefined ||
    known.headers.some((text) => headerKey(text) === headerKey(headerText(seen)))
      ? known.headers
      : [...known.headers, headerText(seen)];
  return withMarkers({ ...typed, headers }, marksSeen(seen), drift);
}

/** Against the last release: a column that was away, categories that came or went. */
function historyDrift(
  known: ContractColumn,
  seen: RegionColumn,
  { last }: Sight,
): readonly Drift[] {
  if (last === null || firstSeenAfter(known.first_period, last.period)) return [];
  const before = last.profile.columns.find((one) => one.name === known.name);
  if (before === undefined || before.filled === 0) {
    return [
      {
        kind: "column_back",
        column: known.name,
        before: last.period,
        evidence: `${known.name} had no value in ${last.period} and has ${seen.values} now`,
        breaking: false,
      },
    ];
  }
  const [old, now] = [before.categories, seen.categories];
  if (old === undefined || now === undefined) return [];
  const fresh = now.filter((one) => !old.includes(one));
  const gone = old.filter((one) => !now.includes(one));
  // Where hardly anything is the same, the values are no categories: names of a month, say.
  if (fresh.length > now.length / 2) return [];
  return [
    ...categoryDrift("category_new", known, fresh, `came after ${last.period}`),
    ...categoryDrift("category_gone", known, gone, `were there in ${last.period} and are gone`),
  ];
}

function categoryDrift(
  kind: "category_new" | "category_gone",
  { name: column }: ContractColumn,
  values: readonly string[],
  what: string,
): readonly Drift[] {
  if (values.length === 0) return [];
  const named = values.slice(0, MOST_NAMED).map((one) => JSON.stringify(one));
  const more = values.length > MOST_NAMED ? ` and ${values.length - MOST_NAMED} more` : "";
  const evidence = `${column}: ${named.join(", ")}${more} ${what}`;
  // Other categories are another question.
  const seen = values.join(", ");
  const change = kind === "category_new" ? { after: seen } : { before: seen };
  return [{ kind, column, ...change, evidence, breaking: false }];
}

/** The column `value` of an unpivoted table after a release. */
export function evolveValue(known: ContractColumn, region: Region, drift: Drift[]): ContractColumn {
  const wide = region.columns.filter((column) => column.role === "period");
  const typed = retypeColumn(known, valueType(wide), wide, drift);
  const tokens = wide.flatMap(marksSeen);
  return withMarkers(typed, tokens, drift);
}

function retypeColumn(
  known: ContractColumn,
  seen: ColumnType,
  columns: readonly RegionColumn[],
  drift: Drift[],
): ContractColumn {
  const isMeasure = known.role === "measure";
  const change = retype(known.type, seen, isMeasure, known.type_by === "person");
  if (change.kind === "same") return known;
  const cells = cellsAgainst(known.type, columns).join(", ");
  drift.push({
    kind: "column_retyped",
    column: known.name,
    before: known.type,
    after: seen,
    evidence: `${known.name} was ${known.type}; this release holds ${seen}${cells === "" ? "" : `: ${cells}`}`,
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
