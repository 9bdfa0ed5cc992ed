import type { Database } from "../database/database.ts";
import { contractsOf } from "../database/ledger/ledger.ts";
import { marksOfLoads } from "../database/load/marks.ts";
import { eachRowChange } from "../database/vintages/diff-loads.ts";
import { vintagesOf } from "../database/vintages/vintages.ts";
import { nothingLoaded, standing, type Vintage, vintageOf } from "../model/vintage.ts";
import {
  DiffTally,
  type MeaningChange,
  type RowChange,
  type VintageDifference,
} from "../model/vintage-diff.ts";

export interface VintageDiffRequest {
  readonly publication: string;
  readonly period: string;
  /** Null: every source of the release that has two vintages. */
  readonly source: string | null;
  /** Null: the last that was superseded, and the current one. */
  readonly from: number | null;
  readonly to: number | null;
}

/** The two vintages of a source that are compared. */
export interface VintagePair {
  readonly source: string;
  readonly period: string;
  readonly from: number;
  readonly to: number;
}

/** Told of each source, of each of its rows that differs, and of the counts and other meanings at the end. */
export interface DiffVisitor {
  begin(pair: VintagePair): void;
  row(change: RowChange): void;
  end(difference: VintageDifference): void;
}

/**
 * Which cells changed between two vintages of a release, source after source. Rows stream: none is kept.
 * False if no source has two. Throws VINTAGE_UNKNOWN, and VINTAGE_EXPIRED before anything is told.
 */
export async function diffVintages(
  database: Database,
  request: VintageDiffRequest,
  visitor: DiffVisitor,
): Promise<boolean> {
  const { publication, period, source } = request;
  const vintages = (await vintagesOf(database, { publication, period })).filter(
    (one) => source === null || one.source === source,
  );
  if (vintages.length === 0)
    throw nothingLoaded(source === null ? { publication, period } : { source, period });
  const pairs = new Map<string, readonly [from: Vintage, to: Vintage]>();
  for (const name of new Set(vintages.map((one) => one.source))) {
    const own = vintages.filter((one) => one.source === name);
    const pair = pairOf(own, request);
    if (pair !== null) pairs.set(name, [standing(pair[0]), standing(pair[1])]);
  }
  const contracts = await contractsOf(database, publication);
  let any = false;
  for (const { contract } of contracts) {
    const pair = pairs.get(contract.code);
    if (pair === undefined) continue;
    any = true;
    const [from, to] = pair;
    visitor.begin({ source: contract.code, period, from: from.vintage, to: to.vintage });
    const tally = new DiffTally();
    const loads = { from: from.load_id, to: to.load_id };
    await eachRowChange(database, contract, loads, (change) => {
      const told = rowOf(change);
      tally.add(told);
      visitor.row(told);
    });
    await stillStanding(database, contract.code, pair);
    const meanings = await meaningChanges(database, contract.code, loads);
    visitor.end({ ...tally.counts(), meanings });
  }
  return any;
}

async function meaningChanges(
  database: Database,
  source: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<readonly MeaningChange[]> {
  const marks = await marksOfLoads(database, source, [from, to]);
  const of = (load: string, token: string): string | undefined =>
    marks.find((one) => one.load_id === load && one.token === token)?.meaning;
  return [...new Set(marks.map((one) => one.token))].flatMap((token) => {
    const [was, is] = [of(from, token), of(to, token)];
    return was === undefined || is === undefined || was === is
      ? []
      : [{ token, from: was, to: is }];
  });
}

/** What expired while it was compared looked as if all its rows had come or gone. */
async function stillStanding(
  database: Database,
  source: string,
  pair: readonly Vintage[],
): Promise<void> {
  const now = await vintagesOf(database, { source, period: pair[0]?.period ?? "" });
  for (const one of pair) standing(vintageOf(now, one.vintage));
}

const rowOf = (change: RowChange): RowChange =>
  Object.keys(change.key).length === 0 || change.change === "changed"
    ? change
    : { ...change, cells: change.cells.filter((cell) => !(cell.column in change.key)) };

/** Null where a source has nothing to compare and no number was asked of it alone. */
function pairOf(
  vintages: readonly Vintage[],
  { source, from, to }: VintageDiffRequest,
): readonly [from: Vintage, to: Vintage] | null {
  const find = (number: number): Vintage | undefined =>
    source === null ? vintages.find((one) => one.vintage === number) : vintageOf(vintages, number);
  const after = to === null ? vintages.find((one) => one.is_current) : find(to);
  const others = vintages.filter((one) => one !== after);
  const before = from === null ? lastBefore(others, to) : find(from);
  return before === undefined || after === undefined || before === after ? null : [before, after];
}

/** That was superseded last; before a number that is asked for, the one before it. */
function lastBefore(others: readonly Vintage[], to: number | null): Vintage | undefined {
  if (to !== null) return others.filter((one) => one.vintage < to).at(-1);
  const sorted = others.toSorted((a, b) =>
    (a.superseded_at ?? "") < (b.superseded_at ?? "") ? -1 : 1,
  );
  return sorted.at(-1);
}
