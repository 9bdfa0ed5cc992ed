import { childrenOf } from "./outline.ts";
import { MOST_LINES, type Search, textsOf } from "./total-search.ts";

/** The entity types of the register of geography codes, each deeper than those before it. */
const REGISTER: readonly (readonly string[])[] = [
  ["K01", "K02"],
  ["K03"],
  ["K04"],
  ["E92", "W92", "S92", "N92"],
  ["E12", "E40"],
  ["E13", "E54"],
  ["E10", "E11", "E47", "E38"],
  ["E06", "E07", "E08", "E09", "W06", "S12", "S08", "N09"],
];
const DEPTH = new Map(REGISTER.flatMap((types, depth) => types.map((type) => [type, depth])));
const CODE = /^([EWSNK]\d\d)\d{6}$/;

/** So many areas that hold others, at least, must be their sum in one column. */
const LEAST_PARENTS = 3;

/**
 * Areas that hold the areas right below them, by their codes: a region above its districts. The order of the rows
 * must say so: most areas of a kind are followed by finer ones of their country, as they are not where each kind
 * stands in a block of its own; or one column adds up for most areas.
 */
export function byGeography(search: Search): void {
  const { lines, totals } = search;
  if (lines.length < 6 || lines.length > MOST_LINES) return;
  for (const key of search.keys) {
    const codes = textsOf(search, key);
    const depths = codes.map(depthOf);
    if (depths.filter((depth) => depth !== null).length < lines.length * 0.8) continue;
    const children = childrenOf(depths);
    const parents = addsUp(search, children) ? [...children.keys()] : nested(codes, children);
    for (const at of parents) {
      if (!totals.has(at)) totals.set(at, "its code is that of an area that holds those below it");
    }
  }
}

function depthOf(code: string): number | null {
  return DEPTH.get(CODE.exec(code)?.[1] ?? "") ?? null;
}

/** The areas of those kinds of which most hold others. */
function nested(
  codes: readonly string[],
  children: ReadonlyMap<number, readonly number[]>,
): readonly number[] {
  const kinds = codes.map(depthOf);
  const parents = [...children.keys()].filter((at) => holds(codes, children, at));
  const most = [...REGISTER.keys()].filter((kind) => {
    const held = parents.filter((at) => kinds[at] === kind).length;
    return held >= kinds.filter((other) => other === kind).length * 0.6;
  });
  return parents.filter((at) => most.includes(kinds[at] ?? -1));
}

/** Whether at least two finer areas of its country, or one that holds such, stand below an area. */
function holds(
  codes: readonly string[],
  children: ReadonlyMap<number, readonly number[]>,
  at: number,
): boolean {
  const rows = children.get(at) ?? [];
  const [first = -1, second] = rows;
  const land = codes[at]?.[0];
  if (land !== "K" && rows.some((row) => codes[row]?.[0] !== land)) return false;
  return second !== undefined || (children.has(first) && holds(codes, children, first));
}

/** Whether one column is the sum of the areas below for most areas, to rounding. */
function addsUp(search: Search, children: ReadonlyMap<number, readonly number[]>): boolean {
  const columns = search.values[0]?.length ?? 0;
  const parents = [...children].filter(([, rows]) => rows.length >= 2);
  for (let column = 0; column < columns; column++) {
    const value = (at: number): number => search.values[at]?.[column] ?? Number.NaN;
    let tried = 0;
    let same = 0;
    for (const [at, rows] of parents) {
      const whole = value(at);
      if (Number.isNaN(whole) || whole === 0) continue;
      const sum = rows.reduce((all, row) => all + (Number.isNaN(value(row)) ? 0 : value(row)), 0);
      tried++;
      const rounding = Number.isInteger(whole) ? Math.sqrt(rows.length) : 0;
      if (Math.abs(sum - whole) <= Math.abs(whole) * 0.02 + rounding) same++;
    }
    if (same >= LEAST_PARENTS && same >= tried * 0.6) return true;
  }
  return false;
}
