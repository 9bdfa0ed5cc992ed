import { columnFor } from "../../model/manifest/bind-columns.ts";
import type { Drift } from "../../model/manifest/drift.ts";
import { fileStem } from "../../model/manifest/file-stem.ts";
import { headerText } from "../../model/manifest/header-key.ts";
import type {
  ContractColumn,
  Region,
  RegionColumn,
  SourceContract,
} from "../../model/manifest/manifest.ts";
import { FreeNames } from "../../model/manifest/names.ts";
import { isGhost, nameKey } from "../../model/manifest/similarity.ts";
import { evolveColumn, evolveValue } from "./column-drift.ts";
import { contractColumn, DATA_PERIOD, VALUE } from "./contract.ts";
import { earlier } from "./period-order.ts";
import { pairRenames } from "./renames.ts";
import { namedAsRuled, rulingOn, underRulings } from "./rulings.ts";
import type { Sight } from "./sight.ts";
import { valueDrift } from "./value-drift.ts";

export interface Evolution {
  readonly contract: SourceContract;
  readonly drift: readonly Drift[];
}

/** The contract after a release, and every difference on the way. What people decided comes first. Pure. */
export function evolve(given: Sight): Evolution {
  const contract = underRulings(given.contract, given.rulings);
  const sight = { ...given, contract };
  const { region, period } = sight;
  const layout = layoutDrift(sight);
  const drift: Drift[] = [...placeDrift(sight), ...layout];
  // Columns of two layouts do not compare: each would be gone, or new.
  if (layout.length > 0) return { contract, drift };
  const { gone, came } = columnsApart(sight);
  const { renames, missing, fresh } = pairRenames(sight, gone, came);
  drift.push(...renames, ...missing);
  const added = addColumns(sight, fresh, drift);
  const kept = contract.columns.map((column) => {
    const known = { ...column, first_period: earlier(column.first_period, period) };
    if (contract.layout === "unpivot" && column.name === VALUE)
      return evolveValue(known, region, drift);
    const seen = columnOf(sight, column);
    return seen === undefined ? column : evolveColumn(known, seen, sight, drift);
  });
  drift.push(...valueDrift(sight));
  const stem = fileStem(region.member ?? region.file);
  const { sheets, files, number } = contract.match;
  return {
    contract: {
      ...contract,
      match: {
        sheets: sheets.some((name) => nameKey(name) === nameKey(region.sheet))
          ? sheets
          : [...sheets, region.sheet],
        files: files.includes(stem) ? files : [...files, stem],
        number,
      },
      columns: [...kept, ...added],
      first_period: earlier(contract.first_period, period),
    },
    drift,
  };
}

/** Where the table stands: its sheet, its file, and whether it was away. */
function placeDrift({ contract, region, last, absent }: Sight): readonly Drift[] {
  const { sheets, files } = contract.match;
  const found: Drift[] = [];
  const stem = fileStem(region.member ?? region.file);
  const sameSheet = sheets.some((name) => nameKey(name) === nameKey(region.sheet));
  if (!sameSheet) {
    found.push({
      kind: "sheet_renamed",
      before: sheets.map((name) => name ?? "(csv)").join(", "),
      after: region.sheet ?? "(csv)",
      evidence: `the table of ${contract.code} stands on sheet ${JSON.stringify(region.sheet)} of ${region.file}`,
      breaking: false,
    });
  } else if (!files.includes(stem)) {
    found.push({
      kind: "sheet_moved",
      before: files.join(", "),
      after: stem,
      evidence: `the table of ${contract.code} stands in ${region.file}`,
      breaking: false,
    });
  }
  if (last !== null && absent.length > 0) {
    found.push({
      kind: "source_back",
      before: last.period,
      evidence: `${contract.code} was last in ${last.period}, and not in ${absent.join(", ")}`,
      breaking: false,
    });
  }
  return found;
}

function layoutDrift({ contract, region }: Sight): readonly Drift[] {
  const wide = region.columns.some((column) => column.role === "period");
  if (wide !== (contract.layout === "unpivot")) {
    return [
      {
        kind: "layout_changed",
        before: contract.layout,
        after: wide ? "unpivot" : "rows",
        evidence: wide ? "periods now stand in columns" : "periods no longer stand in columns",
        breaking: true,
      },
    ];
  }
  return [];
}

/** Columns of the contract that the region lacks, and columns of the region that the contract lacks. */
function columnsApart(sight: Sight): {
  gone: readonly ContractColumn[];
  came: readonly RegionColumn[];
} {
  const { contract, region } = sight;
  const made = contract.layout === "unpivot" ? [DATA_PERIOD, VALUE] : [];
  const own = region.columns.filter((column) => column.role !== "period");
  const found = new Set(own.map((column) => columnFor(contract, region, column)?.name));
  return {
    gone: contract.columns.filter(
      (column) =>
        column.optional !== true && !made.includes(column.name) && !found.has(column.name),
    ),
    came: own.filter((column) => columnFor(contract, region, column) === undefined),
  };
}

function columnOf({ contract, region }: Sight, known: ContractColumn): RegionColumn | undefined {
  return region.columns.find(
    (column) =>
      column.role !== "period" && columnFor(contract, region, column)?.name === known.name,
  );
}

function addColumns(
  { contract, region, period, rulings }: Sight,
  fresh: readonly RegionColumn[],
  drift: Drift[],
): readonly ContractColumn[] {
  const names = new FreeNames(contract.columns.map((column) => column.name));
  const added: ContractColumn[] = [];
  const seen = fresh.map((column) => contractColumn(column, period));
  for (const [at, own] of namedAsRuled(contract.code, seen, rulings).entries()) {
    const column = fresh[at];
    if (column === undefined) continue;
    const header = headerText(column);
    if (isGhost(column)) {
      drift.push(ghost(column));
      continue;
    }
    const addition: Drift = {
      kind: "column_added",
      column: own.name,
      after: column.type,
      evidence: `${header} (column ${column.letter} of ${region.range}), ${column.values} values`,
      breaking: false,
    };
    if (rulingOn(contract.code, addition, rulings)?.verdict === "rejected") continue;
    const name = names.take(own.name);
    added.push({ ...own, name });
    drift.push({ ...addition, column: name });
  }
  return added;
}

/** A header over nothing is told, and makes no column. */
function ghost(column: RegionColumn): Drift {
  return {
    kind: "column_empty",
    column: column.name,
    evidence: `${JSON.stringify(headerText(column))} has a header and no value: not made a column`,
    breaking: false,
  };
}

/** Headers of a new table that stand over nothing in all its parts. */
export function ghostsOf(regions: readonly Region[], contract: SourceContract): readonly Drift[] {
  const known = new Set(contract.columns.map((column) => column.name));
  return (regions[0]?.columns ?? [])
    .filter((column) => column.role !== "period" && isGhost(column) && !known.has(column.name))
    .map(ghost);
}
