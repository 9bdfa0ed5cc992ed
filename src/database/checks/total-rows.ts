import type { ContractColumn } from "../../model/manifest/manifest.ts";
import type {
  HeldTotal,
  PublishedTotal,
  TotalFigure,
  TotalHistory,
  TotalWay,
} from "../../model/manifest/published-total.ts";
import { rangesOf } from "../../model/row-ranges.ts";
import type { Executor } from "../database.ts";
import { identifier } from "../identifier.ts";
import type { CheckedLoad } from "./checked-load.ts";

/** Longer tables are asked for the totals that their reader found, and no others. */
const MOST_ROWS = 20_000;
const SEPARATOR = " | ";

interface LabelledRow {
  readonly part: number;
  readonly row: number;
  readonly kind: string;
  readonly label: string;
}

/** With the dimensions of its row, as published. */
export interface NamedTotal extends PublishedTotal {
  readonly label: string;
  /** Its row is loaded as data: sums over the table count it twice. */
  readonly is_data: boolean;
  /** Columns in which the total of this name held before. */
  readonly before: readonly string[];
}

const placeKey = ({ part, row }: { readonly part: number; readonly row: number }): string =>
  `${part} ${row}`;

/** What the rows of totals are called, and what they were taken for, by place. */
async function labelled(
  executor: Executor,
  checked: CheckedLoad,
  totals: readonly PublishedTotal[],
): Promise<ReadonlyMap<string, LabelledRow>> {
  const { table, loadId } = checked;
  if (totals.length === 0) return new Map();
  const rows = await executor.rows<LabelledRow>(
    `select distinct b._part as part, b._row as row, b._kind as kind, ${labelSql(checked)} as label
       from unnest($2::int[], $3::bigint[]) as s(part, row)
       join ${table} b on b._load_id = $1 and b._part = s.part and b._row = s.row`,
    [loadId, totals.map((one) => one.part), totals.map((one) => one.row)],
  );
  return new Map(rows.map((one) => [placeKey(one), one]));
}

/** The text columns of a row that say what it is about; those of time change from release to release. */
function labelSql({ load }: CheckedLoad): string {
  const names = load.contract.columns.flatMap(({ name, role, type }) =>
    role === "dimension" && type === "text" ? [`b.${identifier(name)}`] : [],
  );
  return names.length === 0 ? "''" : `concat_ws('${SEPARATOR}', ${names.join(", ")})`;
}

/**
 * The totals of a load with what the last release adds: a total of the same name is asked in every column in
 * which it held, and a row of that name that was not seen to be a total is asked for the sum that it was. Read
 * as data it would be counted twice.
 */
export async function totalsToCheck(
  executor: Executor,
  checked: CheckedLoad,
): Promise<readonly NamedTotal[]> {
  const { load } = checked;
  const rows = await labelled(executor, checked, load.totals);
  const named = load.totals.map((total) => {
    const row = rows.get(placeKey(total));
    return { ...total, label: row?.label ?? "", is_data: row?.kind === "data", before: [] };
  });
  const history = load.total_history;
  if (history === null || load.contract.layout === "unpivot") return named;
  const known = named.filter((one) => !isOnlyCalled(one));
  const asked = known.map((total) => withHistory(total, known, history, checked));
  const missed = await missedTotals(executor, checked, history, known);
  const found = new Set(missed.map(placeKey));
  const called = named.filter((one) => isOnlyCalled(one) && !found.has(placeKey(one)));
  return [...asked, ...missed, ...called];
}

/** Nothing but its label says that it is a total. */
export function isOnlyCalled({ figures }: Pick<PublishedTotal, "figures">): boolean {
  return figures.every(({ because }) => because === "said");
}

/** The columns in which the one total of a name held before, with those in which it is seen to hold now. */
function withHistory(
  total: NamedTotal,
  all: readonly NamedTotal[],
  history: TotalHistory,
  checked: CheckedLoad,
): NamedTotal {
  const held = heldAs(total.label, history);
  const once = all.filter((one) => one.label === total.label).length === 1;
  if (held === null || !once || held.way !== total.way) return total;
  const before = figuresOf(held, checked);
  const more = before.filter((one) => !total.figures.some(({ column }) => column === one.column));
  return {
    ...total,
    before: before.map(({ column }) => column),
    ...(more.length === 0 ? {} : { figures: [...total.figures, ...more], since: history.period }),
  };
}

/** The total that had this name and no other; null if there was none. */
function heldAs(label: string, { totals }: TotalHistory): HeldTotal | null {
  const [held, ...others] = label === "" ? [] : totals.filter((one) => one.label === label);
  return held === undefined || others.length > 0 ? null : held;
}

function figuresOf({ columns }: HeldTotal, { load }: CheckedLoad): readonly TotalFigure[] {
  return columns
    .filter((name) => load.contract.columns.some((one) => one.name === name && adds(one)))
    .map((column) => ({ column, period: null, because: "expected" }));
}

async function missedTotals(
  executor: Executor,
  checked: CheckedLoad,
  history: TotalHistory,
  known: readonly NamedTotal[],
): Promise<readonly NamedTotal[]> {
  const { table, loadId } = checked;
  const names = new Set(history.totals.map((one) => one.label));
  if (names.size === 0 || checked.rows > MOST_ROWS) return [];
  const rows = await executor.rows<LabelledRow>(
    `select b._part as part, b._row as row, b._kind as kind, ${labelSql(checked)} as label
       from ${table} b where b._load_id = $1 order by 1, 2`,
    [loadId],
  );
  const found = new Set(known.map(placeKey));
  return rows.flatMap((row): readonly NamedTotal[] => {
    if (!names.has(row.label) || found.has(placeKey(row))) return [];
    const held = heldAs(row.label, history);
    // A name that comes more than once names none.
    if (held === null || rows.filter((one) => one.label === row.label).length > 1) return [];
    const part = rows.filter((one) => one.part === row.part);
    const of = rowsOf(part, row, held.way);
    const figures = figuresOf(held, checked);
    if (of.length < 2 || figures.length === 0) return [];
    const { way } = held;
    const before = figures.map(({ column }) => column);
    const { part: at, row: number, label, kind } = row;
    const place = { part: at, row: number, label, is_data: kind === "data" };
    return [{ ...place, of: rangesOf(of), way, figures, since: history.period, before }];
  });
}

/** The rows that a total adds up, itself never among them. */
function rowsOf(
  part: readonly LabelledRow[],
  total: LabelledRow,
  way: TotalWay,
): readonly number[] {
  const others = part.filter((one) => one !== total);
  if (way === "all") return numbers(others.filter((one) => one.kind === "data"));
  if (way === "others") return numbers(others.filter((one) => one.kind === "total"));
  const side = others.filter((one) =>
    way === "below" ? one.row > total.row : one.row < total.row,
  );
  const near = way === "below" ? side : side.toReversed();
  const end = near.findIndex((one) => one.kind === "total");
  return numbers(end === -1 ? near : near.slice(0, end));
}

export function adds({ role, type }: ContractColumn): boolean {
  return role === "measure" && (type === "bigint" || type === "numeric");
}

const numbers = (rows: readonly LabelledRow[]): readonly number[] => rows.map((one) => one.row);
