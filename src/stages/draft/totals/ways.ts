import { addRow, type Matrix } from "./sums.ts";

/** Rows by their index, and what each column of them adds up to. */
export interface Sum {
  readonly rows: readonly number[];
  readonly sums: readonly number[];
}

export interface Way extends Sum {
  readonly kind: "below" | "above" | "all" | "others";
}

/** The ways in which a total could be a sum. */
export function waysOf(
  values: Matrix,
  isTotal: readonly boolean[],
  wholes: readonly number[],
): (at: number) => readonly Way[] {
  const plain = [...isTotal.keys()].filter((at) => isTotal[at] === false);
  const everyRow = { ...sumOf(values, plain), kind: "all" } as const;
  const everyTotal = sumOf(values, wholes);
  return (at) => {
    const others = {
      kind: "others",
      rows: wholes.filter((one) => one !== at),
      sums: minus(everyTotal.sums, values[at] ?? []),
    } as const;
    const ways: readonly Way[] = [
      { ...sumOf(values, run(isTotal, at, 1)), kind: "below" },
      { ...sumOf(values, run(isTotal, at, -1)), kind: "above" },
      everyRow,
      ...(wholes.length > 2 && wholes.length <= 200 ? [others] : []),
    ];
    return ways.filter((way) => way.rows.length >= 2);
  };
}

export function sumOf(values: Matrix, rows: readonly number[]): Sum {
  const sums = new Array<number>(values[0]?.length ?? 0).fill(0);
  for (const at of rows) addRow(sums, values[at]);
  return { rows, sums };
}

function minus(sums: readonly number[], row: readonly number[]): number[] {
  return sums.map((sum, at) => {
    const value = row[at] ?? Number.NaN;
    return Number.isNaN(value) ? sum : sum - value;
  });
}

/** The rows next to a total, up to the next one. */
function run(isTotal: readonly boolean[], at: number, step: 1 | -1): number[] {
  const rows: number[] = [];
  for (let one = at + step; isTotal[one] === false; one += step) rows.push(one);
  return rows.sort((a, b) => a - b);
}
