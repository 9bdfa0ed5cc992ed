import { sumOfDigests } from "../../model/digest/digest-sum.ts";
import type { DigestColumn } from "../../model/digest/row-digest.ts";
import { CanonryError } from "../../model/errors.ts";
import type { NumericDigits, RowFacts } from "../../model/load-commit.ts";
import type { Executor, Transaction } from "../database.ts";
import { digestColumns, type LoadFacts, loadFacts } from "./row-digest.ts";
import { bronzeTable, type TableColumn } from "./source-table.ts";

/** What `ops.load.digest` holds. */
export interface LoadDigest {
  /** Columns that the table had, in order; those that came later are null in the load. */
  readonly columns: readonly DigestColumn[];
  readonly data: string;
  readonly total: string;
  /** Sum of the numbers of all its rows in their files. */
  readonly row_sum: number;
}

/** Values and nulls by column of the table (a marker has its own), as `ops.load.conservation` holds them. */
export type ColumnCounts = Readonly<
  Record<string, { readonly values: number; readonly nulls: number }>
>;

/** Of a load, from the facts of its parts. */
export function digestOf(
  columns: readonly DigestColumn[],
  facts: readonly Pick<RowFacts, "kind" | "digest" | "row_sum">[],
): LoadDigest {
  const sumOf = (kind: RowFacts["kind"]): string =>
    sumOfDigests(facts.filter((one) => one.kind === kind).map((one) => one.digest));
  const row_sum = facts.reduce((sum, one) => sum + one.row_sum, 0);
  return { columns, data: sumOf("data"), total: sumOf("total"), row_sum };
}

/** Of data rows by data period. */
export function periodDigests(
  facts: readonly RowFacts[],
  period: string,
): ReadonlyMap<string, string> {
  const digests = new Map<string, string>();
  for (const one of facts) {
    if (one.kind !== "data") continue;
    const name = one.period === "" ? period : one.period;
    digests.set(name, sumOfDigests([digests.get(name) ?? "0", one.digest]));
  }
  return digests;
}

/** That data rows need, by data period; null where it is not known of all of them. */
function periodDigits(
  facts: readonly RowFacts[],
  period: string,
): ReadonlyMap<string, Record<string, NumericDigits> | null> {
  const found = new Map<string, Record<string, NumericDigits> | null>();
  for (const one of facts) {
    if (one.kind !== "data") continue;
    const name = one.period === "" ? period : one.period;
    const before = found.get(name);
    const isKnown = before !== null && one.digits !== undefined;
    found.set(name, isKnown ? widerDigits(before ?? {}, one.digits ?? {}) : null);
  }
  return found;
}

/** What the values of both need, column by column. */
export function widerDigits(
  one: Readonly<Record<string, NumericDigits>>,
  other: Readonly<Record<string, NumericDigits>>,
): Record<string, NumericDigits> {
  const wider = { ...one };
  for (const [name, { whole, fraction }] of Object.entries(other)) {
    const known = wider[name];
    wider[name] = {
      whole: Math.max(whole, known?.whole ?? 0),
      fraction: Math.max(fraction, known?.fraction ?? 0),
    };
  }
  return wider;
}

export function columnCounts(
  columns: readonly DigestColumn[],
  facts: readonly RowFacts[],
  kind: RowFacts["kind"],
): ColumnCounts {
  const own = facts.filter((one) => one.kind === kind);
  const rows = own.reduce((sum, one) => sum + one.rows, 0);
  return Object.fromEntries(
    columns.map(({ name }, at) => {
      const values = own.reduce((sum, one) => sum + (one.values[at] ?? 0), 0);
      return [name, { values, nulls: rows - values }];
    }),
  );
}

const jsonOrNull = (value: object | null): string | null =>
  value === null ? null : JSON.stringify(value);

/** Writes what was proven of a load into the ledger. */
export async function keepDigests(
  executor: Executor,
  load: { readonly loadId: number; readonly period: string },
  columns: readonly DigestColumn[],
  facts: readonly RowFacts[],
): Promise<void> {
  const counts = {
    data: columnCounts(columns, facts, "data"),
    total: columnCounts(columns, facts, "total"),
  };
  await executor.rows(
    `update ops.load set digest = $2, conservation = conservation || jsonb_build_object('columns', $3::jsonb)
      where load_id = $1`,
    [load.loadId, JSON.stringify(digestOf(columns, facts)), JSON.stringify(counts)],
  );
  const periods = periodDigests(facts, load.period);
  const digits = periodDigits(facts, load.period);
  await executor.rows(
    `update ops.load_period h set digest = d.digest, digits = d.digits
       from unnest($2::text[], $3::text[], $4::jsonb[]) d (period, digest, digits)
      where h.load_id = $1 and h.period = d.period`,
    [
      load.loadId,
      [...periods.keys()],
      [...periods.values()],
      [...periods.keys()].map((name) => jsonOrNull(digits.get(name) ?? null)),
    ],
  );
}

/** What the ledger keeps of each data period of a load that the silver view of a source shows. */
export function shownPeriods<Kept extends object>(
  executor: Executor,
  source: string,
  kept: "digest" | "digits",
): Promise<Kept[]> {
  return executor.rows<Kept>(
    `select h.${kept} from ops.load_period h
       join ops.load l on l.load_id = h.load_id and l.is_current
       join ops.source s on s.code = h.source
       join ops.contract c on c.source = s.code and c.version = s.version
      where h.source = $1 and (h.is_latest or c.document->>'coverage' = 'period')`,
    [source],
  );
}

export interface DigestedLoad {
  readonly load_id: number;
  readonly period: string;
  readonly digest: LoadDigest;
}

/** The loads of a source whose digests were taken and whose rows stand in its table. */
export function digestedLoads(executor: Executor, source: string): Promise<DigestedLoad[]> {
  return executor.rows<DigestedLoad>(
    `select load_id, period, digest from ops.load
      where source = $1 and digest is not null and expired_at is null order by load_id`,
    [source],
  );
}

/** The facts of each load, from those of all. */
export function factsByLoad(facts: readonly LoadFacts[]): ReadonlyMap<number, LoadFacts[]> {
  const loads = new Map<number, LoadFacts[]>();
  for (const one of facts) {
    const own = loads.get(one.load_id);
    if (own === undefined) loads.set(one.load_id, [one]);
    else own.push(one);
  }
  return loads;
}

const ALL = { loads: null, parts: true, periods: true };

/** Before values change their type: each load must be as the ledger has it, else CONSERVATION_BROKEN. */
export async function proveLoads(
  transaction: Transaction,
  source: string,
  table: readonly TableColumn[],
): Promise<void> {
  const columns = digestColumns(table);
  const held = factsByLoad(await loadFacts(transaction, bronzeTable(source), columns, ALL));
  for (const { load_id, period, digest } of await digestedLoads(transaction, source)) {
    const now = digestOf(columns, held.get(load_id) ?? []);
    if (now.data === digest.data && now.total === digest.total) continue;
    throw new CanonryError(
      "CONSERVATION_BROKEN",
      `${source} ${period}: load ${load_id} is no longer what was loaded, so no column of its table is widened`,
    );
  }
}

/** After values changed their type, in the same transaction. */
export async function retakeDigests(
  transaction: Transaction,
  source: string,
  table: readonly TableColumn[],
): Promise<void> {
  const columns = digestColumns(table);
  const held = factsByLoad(await loadFacts(transaction, bronzeTable(source), columns, ALL));
  for (const load of await digestedLoads(transaction, source)) {
    const facts = held.get(load.load_id) ?? [];
    await keepDigests(transaction, { loadId: load.load_id, period: load.period }, columns, facts);
  }
}
