import { createHash } from "node:crypto";
import { columnFor } from "../../model/manifest/bind-columns.ts";
import type { Region, RegionColumn, SourceContract } from "../../model/manifest/manifest.ts";
import { numberOfCell } from "../../model/marks/value.ts";
import type { RegionRow } from "../../model/region-row.ts";
import type { LastLoad, Likeness } from "./sight.ts";

/** Rows of a sample; both samples take the rows whose keys have the lowest hashes, so they meet. */
export const SAMPLE_ROWS = 400;
/** Keys in common from which rows are compared one by one. */
const ENOUGH_KEYS = 8;
const QUANTILES = [0.1, 0.25, 0.5, 0.75, 0.9];

/** Rows of a load, each with the hash of its key and its values by the order of `columns`. */
export type SampleRow = readonly [hash: string, values: readonly (string | null)[]];

export interface SampleRequest {
  readonly source: string;
  readonly load_id: string;
  readonly columns: readonly string[];
  /** Columns that make the key, ascending. */
  readonly keys: readonly string[];
  readonly rows: number;
}

/** What is hashed: the values of the key columns, joined. */
export const KEY_SEPARATOR = "\u001f";

/**
 * Compares the values of a region with those of the last load, column by column: row by row where
 * the same keys are in both, else by their distributions. Memory: the two samples.
 */
export async function likenessOf(
  contract: SourceContract,
  region: Region,
  last: LastLoad,
  rowsOf: (region: Region) => AsyncIterable<readonly RegionRow[]>,
  sampleOf: (request: SampleRequest) => Promise<readonly SampleRow[]>,
): Promise<Likeness> {
  const columns = last.profile.columns.map((one) => one.name);
  const bound = new Map(
    region.columns.flatMap((column, index) => {
      const name = column.role === "period" ? undefined : columnFor(contract, region, column)?.name;
      return name === undefined ? [] : [[name, index] as const];
    }),
  );
  const keys = keysOf(contract, region, bound).filter((name) => columns.includes(name));
  const request = { source: contract.code, load_id: last.load_id, columns, keys };
  const before = new Map(await sampleOf({ ...request, rows: SAMPLE_ROWS }));
  const indexes = keys.map((name) => bound.get(name) ?? -1);
  const { rows: now } = await sampleRegion(region, indexes, rowsOf, SAMPLE_ROWS);
  const shared = [...before.keys()].filter((key) => now.has(key));
  const enough = shared.length >= ENOUGH_KEYS;
  const oldOf = (name: string): ((key: string) => Value) => {
    const at = columns.indexOf(name);
    return (key) => before.get(key)?.[at] ?? null;
  };
  return {
    of: (name, index) => {
      if (!columns.includes(name)) return null;
      const old = oldOf(name);
      return enough && !keys.includes(name)
        ? rowByRow(shared.map((key) => [old(key), now.get(key)?.[index] ?? null]))
        : distributions(
            [...before.keys()].map(old),
            [...now.values()].map((row) => row[index] ?? null),
          );
    },
    prefers: (name, from, to) => {
      if (!enough || keys.includes(name) || !columns.includes(name)) return null;
      const old = oldOf(name);
      const nearer = shared.map((key) => {
        const row = now.get(key);
        return closeness(old(key), row?.[to] ?? null) - closeness(old(key), row?.[from] ?? null);
      });
      const decided = nearer.filter((one) => one !== 0);
      if (decided.length < ENOUGH_KEYS) return null;
      return decided.filter((one) => one > 0).length / decided.length;
    },
  };
}

/** What tells rows apart: one column whose values all differ, else all dimensions that are not the same everywhere. */
function keysOf(
  contract: SourceContract,
  region: Region,
  bound: ReadonlyMap<string, number>,
): readonly string[] {
  const dimensions = contract.columns.flatMap((one) => {
    const index = bound.get(one.name);
    const seen = index === undefined ? undefined : region.columns[index];
    return one.role === "dimension" && seen !== undefined ? [{ name: one.name, seen }] : [];
  });
  const distinct = ({ seen }: (typeof dimensions)[number]): number =>
    seen.distinct ?? region.n_rows;
  const single = dimensions.find((one) => distinct(one) === region.n_rows);
  const varied = dimensions.filter((one) => distinct(one) > 1);
  return (single === undefined ? varied : [single]).map((one) => one.name).sort();
}

/** Rows of a region by the hash of their key, ascending; the first of each key. */
export interface Sample {
  readonly rows: ReadonlyMap<string, readonly (string | null)[]>;
  /** All keys of the region are there. */
  readonly whole: boolean;
}

/** The rows with the lowest hashes of their keys; without keys all columns are one. */
export async function sampleRegion(
  region: Region,
  keys: readonly number[],
  rowsOf: (region: Region) => AsyncIterable<readonly RegionRow[]>,
  most: number,
): Promise<Sample> {
  let kept = new Map<string, readonly (string | null)[]>();
  let highest = "~";
  let seen = 0;
  for await (const batch of rowsOf(region)) {
    for (const row of batch) {
      if (row.kind !== "data") continue;
      const used = keys.length > 0 ? keys : region.columns.keys();
      const key = [...used].map((index) => textAt(region, row, index) ?? "").join(KEY_SEPARATOR);
      const hash = createHash("md5").update(key).digest("hex");
      if (hash >= highest || kept.has(hash)) continue;
      kept.set(
        hash,
        region.columns.map((_column, index) => textAt(region, row, index)),
      );
      seen = Math.max(seen, kept.size);
      if (kept.size < most * 2) continue;
      kept = lowest(kept, most);
      highest = [...kept.keys()].at(-1) ?? highest;
    }
  }
  return { rows: lowest(kept, most), whole: seen <= most };
}

function lowest<Row>(rows: ReadonlyMap<string, Row>, most: number): Map<string, Row> {
  return new Map([...rows].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, most));
}

function textAt(region: Region, row: RegionRow, index: number): string | null {
  const column: RegionColumn | undefined = region.columns[index];
  if (column?.letter === "") return row.section?.trim() ?? null;
  const cell = row.cells[index];
  if (cell === null || cell === undefined) return null;
  const text = column?.type === "bigint" || column?.type === "numeric" ? numberOfCell(cell) : null;
  return text ?? (cell.text.trim() === "" ? null : cell.text.trim());
}

type Value = string | null;

function rowByRow(pairs: readonly (readonly [before: Value, now: Value])[]): number | null {
  const both = pairs.filter(([before, now]) => before !== null || now !== null);
  if (both.length < ENOUGH_KEYS) return null;
  return both.reduce((sum, [before, now]) => sum + closeness(before, now), 0) / both.length;
}

/** 1: equal. Numbers by their ratio, texts by being the same. */
function closeness(before: Value, now: Value): number {
  if (before === null || now === null) return 0;
  const [a, b] = [Number(before), Number(now)];
  if (Number.isNaN(a) || Number.isNaN(b)) return before === now ? 1 : 0;
  if (a === b) return 1;
  return a * b <= 0 ? 0 : Math.min(a / b, b / a);
}

function distributions(before: readonly Value[], now: readonly Value[]): number | null {
  const [old, fresh] = [before, now].map((values) => values.filter((value) => value !== null)) as [
    string[],
    string[],
  ];
  if (old.length === 0 || fresh.length === 0) return null;
  const [a, b] = [old.map(Number), fresh.map(Number)];
  const numeric = [a, b].map((all) => all.filter((one) => !Number.isNaN(one)).length / all.length);
  if (numeric.every((share) => share > 0.8)) return quantilesAlike(a, b);
  if (numeric.some((share) => share > 0.8)) return 0;
  return shareInCommon(new Set(old), new Set(fresh));
}

function quantilesAlike(a: readonly number[], b: readonly number[]): number {
  const [first, second] = [a, b].map((all) =>
    all.filter((one) => !Number.isNaN(one)).toSorted((x, y) => x - y),
  ) as [number[], number[]];
  const at = (sorted: readonly number[], q: number): number =>
    sorted[Math.round(q * (sorted.length - 1))] ?? 0;
  const alike = QUANTILES.map((q) => closeness(String(at(first, q)), String(at(second, q))));
  return alike.reduce((sum, one) => sum + one, 0) / alike.length;
}

function shareInCommon(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const both = [...a].filter((one) => b.has(one)).length;
  return both / Math.min(a.size, b.size);
}
