import { sumOfDigests } from "../../model/digest/digest-sum.ts";
import type { DigestColumn } from "../../model/digest/row-digest.ts";
import { stableJson } from "../../model/hash.ts";
import type { LoadCommit, LoadCounts, RowFacts, SameRows } from "../../model/load-commit.ts";
import type { SourceContract } from "../../model/manifest/manifest.ts";
import type { MarkMeaning } from "../../model/marks/mark-meaning.ts";
import type { Executor, Transaction } from "../database.ts";
import { loadFacts } from "../tables/row-digest.ts";
import { bronzeTable } from "../tables/source-table.ts";

/** Rows of a load as values, whatever their order and their text: what `ops.tombstone.values` holds. */
export interface RowValues {
  readonly columns: readonly DigestColumn[];
  /** By kind and data period: how many, and their digest. */
  readonly rows: Readonly<Record<string, readonly [rows: number, digest: string]>>;
}

function valuesOf(
  columns: readonly DigestColumn[],
  facts: readonly Pick<RowFacts, "kind" | "period" | "rows" | "digest">[],
): RowValues {
  const found: Record<string, readonly [number, string]> = {};
  for (const { kind, period, rows, digest } of facts) {
    const name = `${kind} ${period}`.trim();
    const [count, sum] = found[name] ?? [0, "0"];
    found[name] = [count + rows, sumOfDigests([sum, digest])];
  }
  return { columns, rows: found };
}

/** Of a load whose rows stand in a table. One pass over them. */
export async function valuesOfLoad(
  transaction: Transaction,
  table: string,
  loadId: number,
  columns: readonly DigestColumn[],
): Promise<RowValues> {
  const all = { loads: [loadId], parts: false, periods: true };
  return valuesOf(columns, await loadFacts(transaction, table, columns, all));
}

/** What a load was read with, so far as it says whether another is read alike. */
interface ReadWith {
  readonly contract: Pick<SourceContract, "layout" | "time" | "columns">;
  /** What the notes of its files say of its marks. */
  readonly noted: readonly Pick<MarkMeaning, "token" | "meaning">[];
}

/** A load that would be made. */
export interface TriedLoad extends ReadWith {
  readonly load_id: number;
  readonly vintage: number;
  /** It would set no rows aside. */
  readonly is_whole: boolean;
}

/** Where rows stand that are tried only, and what of their source and period was tried before them. */
export interface TriedRows {
  /** The rows of the issue, and those of loads of the ledger, in the columns that `NewRows` covers. */
  readonly own: string;
  readonly ledger: string;
  /** It would be current in place of the one of the ledger, its rows beside those of the issue; null: none. */
  readonly current: TriedLoad | null;
}

/** An issue that is being loaded, its rows in the table. */
export interface NewRows {
  readonly load_id: number;
  /** Columns of the table that its facts cover. */
  readonly covered: readonly DigestColumn[];
  readonly counts: LoadCounts;
  /** Statements that shaped table and views for it. */
  readonly statements: readonly string[];
}

interface EarlierLoad {
  readonly load_id: number;
  readonly vintage: number;
  readonly is_current: boolean;
  /** By whom, when, why; null if nobody did. */
  readonly reverted: string | null;
}

type Place = Pick<LoadCommit, "source" | "period">;

/** Whether a source and period has or had a load that an issue can be the same as. */
export async function hasEarlier(executor: Executor, { source, period }: Place): Promise<boolean> {
  const [row] = await executor.rows<{ any: boolean }>(
    `select exists (select 1 from ops.load where source = $1 and period = $2)
         or exists (select 1 from ops.tombstone where source = $1 and period = $2) as any`,
    [source, period],
  );
  return row?.any === true;
}

/**
 * The load whose rows an issue holds, value for value, though its cells are written otherwise or its rows stand
 * in another order: the current one, if it was read alike, into a table that needs no new shape, and its marks
 * mean the same; else one that was reverted, if that is so of it or no other that stands holds them, or purged:
 * that is not loaded again. Null for an issue that is to be loaded. Rows that were set aside are never the same.
 */
export async function sameRows(
  transaction: Transaction,
  load: LoadCommit,
  made: NewRows,
  tried: TriedRows | null = null,
): Promise<SameRows | null> {
  if (load.aside().length > 0) return null;
  const equal = await equalLoads(transaction, load, made, tried);
  const isInForce = !load.changed && made.statements.length === 0;
  const isLike = async (id: number, known: ReadWith | null = null): Promise<boolean> =>
    isInForce && saysSame(known ?? (await readWith(transaction, id)), load);
  const current = equal.find((one) => one.is_current);
  if (current !== undefined && (await isLike(current.load_id, tried?.current)))
    return sameAs(current, `vintage ${current.vintage} holds the same values`);
  const isAnyIn = equal.some((one) => one.reverted === null);
  for (const one of equal.filter(({ reverted }) => reverted !== null)) {
    if (!isAnyIn || (await isLike(one.load_id)))
      return sameAs(one, `vintage ${one.vintage} was reverted by ${one.reverted}`);
  }
  if (isAnyIn) return null;
  return samePurged(transaction, load, made, tried?.own ?? bronzeTable(load.source));
}

/** Earlier loads that hold the rows of an issue. */
async function equalLoads(
  transaction: Transaction,
  load: LoadCommit,
  made: NewRows,
  tried: TriedRows | null,
): Promise<readonly EarlierLoad[]> {
  const { covered } = made;
  const own = stableJson(valuesOf(covered, made.counts.facts));
  const holdsSame = async (table: string, loadId: number): Promise<boolean> =>
    stableJson(await valuesOfLoad(transaction, table, loadId, covered)) === own;
  const ledger = tried?.ledger ?? bronzeTable(load.source);
  const current = tried?.current ?? null;
  const equal: EarlierLoad[] = [];
  for (const one of await earlierLoads(transaction, load, made)) {
    const isCurrent = one.is_current && current === null;
    if (await holdsSame(ledger, one.load_id)) equal.push({ ...one, is_current: isCurrent });
  }
  if (current?.is_whole && (await holdsSame(tried?.own ?? ledger, current.load_id)))
    equal.push({ ...current, is_current: true, reverted: null });
  return equal;
}

const sameAs = (
  { load_id, vintage }: Pick<EarlierLoad, "load_id" | "vintage">,
  reason: string,
): SameRows => ({ same_as: { load_id: String(load_id), vintage }, reason });

/** Loads of the place with as many rows, whole and in their table. */
async function earlierLoads(
  executor: Executor,
  { source, period }: Place,
  { load_id, counts }: NewRows,
): Promise<readonly EarlierLoad[]> {
  const loads = await executor.rows<EarlierLoad & { readonly is_partial: boolean }>(
    `select load_id, vintage, is_current,
            reverted_by || ' on ' || reverted_at::date || ': ' || reverted_note as reverted,
            exists (select 1 from ops.quarantine q where q.load_id = l.load_id and q.what = 'row') as is_partial
       from ops.load l
      where source = $1 and period = $2 and load_id <> $3 and expired_at is null
        and rows_data = $4 and rows_total = $5
      order by vintage`,
    [source, period, load_id, counts.rows_data, counts.rows_total],
  );
  return loads.filter((one) => !one.is_partial);
}

/** Null where the ledger has lost it. */
async function readWith(executor: Executor, loadId: number): Promise<ReadWith | null> {
  const [row] = await executor.rows<ReadWith>(
    `select c.document as contract,
            (select coalesce(jsonb_agg(jsonb_build_object('token', token, 'meaning', meaning)), '[]')
               from ops.load_marker n where n.load_id = l.load_id) as noted
       from ops.load l
       join ops.contract c on c.source = l.source and c.version = l.contract_version where l.load_id = $1`,
    [loadId],
  );
  return row ?? null;
}

/** Read alike, and the notes say the same of the marks. */
const saysSame = (before: ReadWith | null, load: LoadCommit): boolean =>
  before !== null && readAlike(before, load) && meanSame(before, load);

/** Whether a load was read as an issue is: what a person corrects since is in force with the next load. */
function readAlike(before: ReadWith, { contract }: Pick<LoadCommit, "contract">): boolean {
  const { layout, time, columns } = before.contract;
  return (
    stableJson([layout, time]) === stableJson([contract.layout, contract.time]) &&
    columns.every(({ name, role }) =>
      contract.columns.some((one) => one.name === name && one.role === role),
    )
  );
}

function meanSame(before: ReadWith, { noted }: Pick<LoadCommit, "noted">): boolean {
  const texts = (marks: ReadWith["noted"]) =>
    stableJson(marks.map(({ token, meaning }) => `${token} ${meaning}`).sort());
  return texts(before.noted) === texts(noted);
}

/** Compared in the columns that the table had when it was purged; others must hold nothing. */
async function samePurged(
  transaction: Transaction,
  { source, period }: Place,
  made: NewRows,
  table: string,
): Promise<SameRows | null> {
  const tombstones = await transaction.rows<{
    load_id: number;
    vintage: number;
    values: RowValues;
    said: string;
  }>(
    `select load_id, vintage, "values", by || ' on ' || purged_at::date || ': ' || reason as said
       from ops.tombstone where source = $1 and period = $2 and "values" is not null order by vintage`,
    [source, period],
  );
  for (const one of tombstones) {
    const columns = one.values.columns;
    if (!isWithin(columns, made)) continue;
    const own = await valuesOfLoad(transaction, table, made.load_id, columns);
    if (stableJson(own) === stableJson(one.values))
      return sameAs(one, `vintage ${one.vintage} was purged by ${one.said}`);
  }
  return null;
}

/** Every value of an issue stands in one of these columns, and the table has all of them. */
function isWithin(columns: readonly DigestColumn[], { covered, counts }: NewRows): boolean {
  const known = new Set(columns.map(({ name, type }) => `${name} ${type}`));
  const kept = covered.filter(({ name, type }) => known.has(`${name} ${type}`));
  const filled = covered.filter((_column, at) =>
    counts.facts.some((one) => (one.values[at] ?? 0) > 0),
  );
  return kept.length === known.size && filled.every((column) => kept.includes(column));
}

/** Remembers that an issue is the same as a load, and the files that it came in. */
export async function keepSame(
  executor: Executor,
  loadId: string,
  { key, artifacts }: { readonly key: string; readonly artifacts: readonly string[] },
): Promise<void> {
  if (artifacts.length === 0) return;
  await executor.rows(
    `insert into ops.same_issue (load_id, key, artifact)
     select $1, $2, artifact from unnest($3::text[]) artifact on conflict do nothing`,
    [loadId, key, [...new Set(artifacts)]],
  );
}
