import type { Drift } from "../../model/manifest/drift.ts";
import { headerText } from "../../model/manifest/header-key.ts";
import type { ContractColumn, RegionColumn } from "../../model/manifest/manifest.ts";
import { nameOf } from "../../model/manifest/names.ts";
import { isGhost } from "../../model/manifest/similarity.ts";
import { ANOTHER_DATE, rollingKeys } from "../../model/period/rolling.ts";
import { firstSeenAfter } from "./period-order.ts";
import type { Sight } from "./sight.ts";

/** Below this a new column is none that was there before under another name. */
const PROPOSE = 0.5;
/** Words weigh against values where both speak. */
const WORDS = 0.4;

export interface Apart {
  /** A column that is gone and one that came, and look like one: a person decides. */
  readonly renames: readonly Drift[];
  readonly missing: readonly Drift[];
  /** Columns that came and are no rename. */
  readonly fresh: readonly RegionColumn[];
}

interface Pair {
  readonly known: ContractColumn;
  readonly seen: RegionColumn;
  readonly score: number;
  readonly evidence: string;
  /** The header without its date, if nothing else differs. */
  readonly rolling?: string;
}

/**
 * Pairs columns that are gone with columns that came, best first. Where later releases are loaded already
 * it asks the same questions the other way round, so that the order of loading changes no answer.
 */
export function pairRenames(
  sight: Sight,
  gone: readonly ContractColumn[],
  came: readonly RegionColumn[],
): Apart {
  const real = came.filter((column) => !isGhost(column));
  const lost = gone.filter((column) => !firstSeenAfter(column.first_period, sight.period));
  const notYet = gone.filter((column) => firstSeenAfter(column.first_period, sight.period));
  const forward = best(sight, lost, real);
  const paired = new Set(forward.map((pair) => pair.seen));
  const rest = real.filter((column) => !paired.has(column));
  const backward = sight.laterLoaded ? best(sight, notYet, rest) : [];
  const told = new Set([...forward, ...backward].flatMap((pair) => [pair.known, pair.seen]));
  const left = sight.laterLoaded ? rest.filter((column) => !told.has(column)) : [];
  return {
    renames: [
      ...forward.map((pair) =>
        renamed(pair, pair.known.name, headerOf(pair.known), headerText(pair.seen)),
      ),
      ...backward.map((pair) =>
        renamed(pair, pair.seen.name, headerText(pair.seen), headerOf(pair.known)),
      ),
    ],
    missing: [
      ...lost
        .filter((column) => !told.has(column))
        .map((column) => gapped(column.name, headerOf(column), `is not in ${sight.region.file}`)),
      ...left
        .filter((column) => !isAnswered(sight, column))
        .map((column) =>
          gapped(column.name, headerText(column), "is in no later release that is loaded"),
        ),
    ],
    fresh: came.filter((column) => !told.has(column)),
  };
}

const headerOf = (column: ContractColumn): string => column.headers[0] ?? column.name;

/** A person said that the column may be missing: it is added as an optional one. */
function isAnswered({ rulings, contract }: Sight, column: RegionColumn): boolean {
  return rulings.some(
    (one) =>
      one.source === contract.code &&
      one.before === headerText(column) &&
      (one.kind === "column_missing" || one.kind === "column_renamed"),
  );
}

function renamed(pair: Pair, column: string, before: string, after: string): Drift {
  return {
    kind: "column_renamed",
    column,
    before: pair.rolling ?? before,
    after: pair.rolling === undefined ? after : ANOTHER_DATE,
    evidence: `${JSON.stringify(before)} is gone and ${JSON.stringify(after)} came: ${pair.evidence}`,
    breaking: true,
  };
}

function gapped(column: string, header: string, where: string): Drift {
  return {
    kind: "column_missing",
    column,
    before: header,
    evidence: `${JSON.stringify(header)} ${where}`,
    breaking: true,
  };
}

function best(
  sight: Sight,
  known: readonly ContractColumn[],
  seen: readonly RegionColumn[],
): readonly Pair[] {
  const pairs = known.flatMap((column) =>
    seen.flatMap((other) => judge(sight, column, other) ?? []),
  );
  const taken = new Set<ContractColumn | RegionColumn>();
  return pairs
    .map((pair, order) => ({ pair, order }))
    .sort((a, b) => b.pair.score - a.pair.score || a.order - b.order)
    .flatMap(({ pair }) => {
      if (taken.has(pair.known) || taken.has(pair.seen)) return [];
      taken.add(pair.known).add(pair.seen);
      return [pair];
    });
}

/** Null: nothing says that they are one column. */
function judge(sight: Sight, known: ContractColumn, seen: RegionColumn): Pair | null {
  const otherUnit = known.unit !== undefined && seen.unit !== undefined && known.unit !== seen.unit;
  if (known.role !== seen.role || otherUnit) return null;
  const rolling = sameButDate(sight, known, seen);
  if (rolling !== null) {
    return { known, seen, rolling, score: 1, evidence: "only the date in the header moved" };
  }
  const words = wordsInCommon(headerOf(known), headerText(seen));
  const values = sight.likeness?.of(known.name, sight.region.columns.indexOf(seen)) ?? null;
  const alone = sameNeighbours(sight, known, seen) ? 0.6 : 0;
  const text = Math.max(words, alone);
  const score = values === null ? text : WORDS * text + (1 - WORDS) * values;
  if (score < PROPOSE) return null;
  const facts = [
    `${percent(words)} of their words are the same`,
    values === null
      ? "their values were not compared"
      : `their values are alike by ${percent(values)}`,
    alone > 0 ? "they stand between the same columns" : "",
  ].filter((one) => one !== "");
  return { known, seen, score, evidence: facts.join(", ") };
}

/** What two headers have in common of which only the date differs, each the same one of its kind; or null. */
function sameButDate(
  { contract, region }: Sight,
  known: ContractColumn,
  seen: RegionColumn,
): string | null {
  const columns = region.columns.filter((column) => column.role !== "period");
  const key = rollingKeys(columns.map(headerText))[columns.indexOf(seen)] ?? null;
  const keys = rollingKeys(contract.columns.map((one) => one.headers.at(-1) ?? ""));
  return key === keys[contract.columns.indexOf(known)] ? key : null;
}

const percent = (share: number): string => `${Math.round(share * 100)}%`;

function wordsInCommon(a: string, b: string): number {
  const [first, second] = [a, b].map((text) => new Set(nameOf(text).split("_"))) as [
    Set<string>,
    Set<string>,
  ];
  const both = [...first].filter((word) => second.has(word)).length;
  return both / Math.max(first.size, second.size);
}

/** The new column stands where the old one stood in the last release. */
function sameNeighbours(
  { last, region }: Sight,
  known: ContractColumn,
  seen: RegionColumn,
): boolean {
  if (last === null) return false;
  const order = last.profile.columns.map((one) => one.name);
  const at = order.indexOf(known.name);
  const own = region.columns.filter((column) => column.role !== "period");
  const place = own.indexOf(seen);
  if (at < 0 || place < 0) return false;
  const before = own[place - 1]?.name;
  const after = own[place + 1]?.name;
  return order[at - 1] === before && order[at + 1] === after;
}
