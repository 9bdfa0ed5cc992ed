import { type Assignment, placeOf, rulingOnTwin } from "../../model/manifest/assign.ts";
import type { Drift, Ruling } from "../../model/manifest/drift.ts";
import { headerKey, headerText } from "../../model/manifest/header-key.ts";
import type { Region } from "../../model/manifest/manifest.ts";
import { lastingColumns, nameKey } from "../../model/manifest/similarity.ts";
import type { RegionRow } from "../../model/region-row.ts";
import { isSound } from "./left-out.ts";
import { type Sample, sampleRegion } from "./likeness.ts";

/**
 * A new table that has place and columns of another one of its release, and stands in another file.
 *
 * same    its content is that of the other: one delivery
 * unsure  part of it, an issue of it, or another table: a person is asked
 */
export interface Twin {
  readonly region: Region;
  readonly of: Region;
  readonly what: "same" | "unsure";
  /** One line for a person. */
  readonly evidence: string;
}

type Rows = (region: Region) => AsyncIterable<readonly RegionRow[]>;

/** Rows of a table that are compared with those of another. */
const ROWS_COMPARED = 100;
/** Tables with fewer of the smaller one's keys in common may be parts of one. */
const KEYS_OF_RIVALS = 0.5;
/** So many equal rows of one key are no chance: the tables may be issues of one. */
const ROWS_OF_RIVALS = 0.5;

/**
 * The new tables that are no source of their own without a word. Beside one table of its place and columns that
 * is known, every new one is asked about. Where all is new, or several of them are sources already, files
 * measure other things by the same keys, and only what speaks for one table is asked. Where the file names the
 * table (a CSV) only equal content counts. Rows are read of tables with a double only; memory: a sample of each.
 */
export async function twinsOf(
  assignments: readonly Assignment[],
  rulings: readonly Ruling[],
  rowsOf: Rows,
): Promise<readonly Twin[]> {
  const twins: Twin[] = [];
  const own: Assignment[] = [];
  const samples = new Map<Region, Promise<Sample>>();
  const sampleOf: SampleOf = (region) => {
    const sample =
      samples.get(region) ?? sampleRegion(region, keysOf(region), rowsOf, ROWS_COMPARED);
    samples.set(region, sample);
    return sample;
  };
  for (const assignment of assignments) {
    const { contract, regions } = assignment;
    const isNew = contract === null && regions.every(isSound);
    const same = isNew ? sameAsOne(regions, own) : [];
    const found = isNew && same.length === 0 ? await unsure(regions, own, rulings, sampleOf) : same;
    if (found.length === 0) own.push(assignment);
    twins.push(...found);
  }
  return twins;
}

/** Whether tables of other files belong to the source: without them it may be short of rows. */
export function doubtsOn({ regions }: Assignment, twins: readonly Twin[]): readonly Drift[] {
  const doubts = twins.flatMap(({ region, of, what, evidence }): Drift[] =>
    what === "unsure" && regions.includes(of)
      ? [
          {
            kind: "match_ambiguous",
            before: placeOf(of),
            after: placeOf(region),
            evidence,
            breaking: true,
          },
        ]
      : [],
  );
  return doubts.filter((one, at) => doubts.findIndex(({ after }) => after === one.after) === at);
}

type SampleOf = (region: Region) => Promise<Sample>;

/** Every region of a new table is also one of another table; else nothing. */
function sameAsOne(regions: readonly Region[], others: readonly Assignment[]): readonly Twin[] {
  const found = others.map((other) =>
    regions.flatMap((region) => sameContent(region, other.regions) ?? []),
  );
  return found.find((same) => same.length === regions.length) ?? [];
}

async function unsure(
  regions: readonly Region[],
  others: readonly Assignment[],
  rulings: readonly Ruling[],
  sampleOf: SampleOf,
): Promise<readonly Twin[]> {
  const [region] = regions;
  if (region === undefined) return [];
  const doubles = others.filter((other) => other.regions.some((one) => isDouble(region, one)));
  for (const other of doubles) {
    if (rulingOnTwin(region, other, rulings) !== null) continue;
    const [of] = other.regions;
    for (const one of other.regions.filter((each) => isDouble(region, each))) {
      const likeness = await compare(region, one, sampleOf);
      const alone = doubles.length === 1;
      const asked = isIssue(likeness) || (alone && (other.contract !== null || isPart(likeness)));
      if (!asked || of === undefined) continue;
      const evidence = evidenceOf(region, one, likeness);
      return regions.map((each) => ({ region: each, of, what: "unsure", evidence }));
    }
  }
  return [];
}

function sameContent(region: Region, others: readonly Region[]): Twin | null {
  const of = others.find(
    (one) =>
      isSound(one) &&
      isOtherFile(one, region) &&
      nameKey(one.sheet) === nameKey(region.sheet) &&
      one.fingerprint === region.fingerprint,
  );
  if (of === undefined) return null;
  return { region, of, what: "same", evidence: `same content as ${of.member ?? of.file}` };
}

function isOtherFile(a: Region, b: Region): boolean {
  return a.artifact !== b.artifact || a.member !== b.member;
}

/** Sheet, place on it and columns of a table of another workbook. */
function isDouble(a: Region, b: Region): boolean {
  return (
    a.sheet !== null && b.sheet !== null && isSound(b) && isOtherFile(a, b) && shape(a) === shape(b)
  );
}

function shape(region: Region): string {
  const headers = lastingColumns(region).map((column) => headerKey(headerText(column)));
  return [nameKey(region.sheet), region.number, ...headers].join("\u001f");
}

/** Columns that say what a row is about. */
function keysOf(region: Region): readonly number[] {
  return region.columns.flatMap(({ role }, index) =>
    role === "dimension" || role === "time" ? [index] : [],
  );
}

interface Comparison {
  /** Keys that were compared: those of the smaller one. */
  readonly keys: number;
  /** Of these in both. */
  readonly shared: number;
  /** Rows of a shared key that are equal in all columns. */
  readonly equal: number;
}

/** Too few keys in common for two tables by the same keys. */
function isPart({ keys, shared }: Comparison): boolean {
  return shared < KEYS_OF_RIVALS * keys;
}

/** Too many equal rows for two tables that measure other things. */
function isIssue({ shared, equal }: Comparison): boolean {
  return shared > 0 && equal >= ROWS_OF_RIVALS * shared;
}

async function compare(region: Region, other: Region, sampleOf: SampleOf): Promise<Comparison> {
  const [now, before] = [await sampleOf(region), await sampleOf(other)];
  const limits = [now, before].flatMap(({ rows, whole }) => (whole ? [] : [lastKey(rows)]));
  const [limit] = limits.sort();
  const within = ({ rows }: Sample): readonly string[] =>
    [...rows.keys()].filter((key) => limit === undefined || key <= limit);
  const shared = within(now).filter((key) => before.rows.has(key));
  return {
    keys: Math.min(within(now).length, within(before).length),
    shared: shared.length,
    equal: shared.filter((key) => isEqualRow(region, now, other, before, key)).length,
  };
}

function evidenceOf(region: Region, other: Region, { keys, shared, equal }: Comparison): string {
  const file = (one: Region): string => `${placeOf(one)} (${one.member ?? one.file})`;
  const rows = shared === 0 ? "" : `, with ${equal} equal rows`;
  return `${file(region)} has place and columns of ${file(other)}: ${shared} of ${keys} keys that were compared are in both${rows}`;
}

function lastKey(rows: Sample["rows"]): string {
  return [...rows.keys()].at(-1) ?? "";
}

/** In the columns that both have. */
function isEqualRow(a: Region, now: Sample, b: Region, before: Sample, key: string): boolean {
  const [row, old] = [now.rows.get(key), before.rows.get(key)];
  return a.columns.every(({ name }, index) => {
    const at = b.columns.findIndex((column) => column.name === name);
    return at === -1 || row?.[index] === old?.[at];
  });
}
