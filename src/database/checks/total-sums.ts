import type { PublishedTotal } from "../../model/manifest/published-total.ts";
import type { Executor } from "../database.ts";
import { literal } from "../identifier.ts";
import { type AddendsRow, addendsSql, figureOf } from "./addends.ts";
import { type CheckedLoad, columnNamed } from "./checked-load.ts";

/** A column of a load, or one period of its unpivoted column. */
export interface FigurePlace {
  readonly column: string;
  readonly period: string | null;
}

/** Both sides of each total, figure by figure. */
export class TotalSums {
  private readonly sums: ReadonlyMap<string, AddendsRow>;
  private readonly places: ReadonlyMap<number, readonly FigurePlace[]>;

  constructor(rows: readonly SumsRow[]) {
    const sums = new Map<string, AddendsRow>();
    const places = new Map<number, FigurePlace[]>();
    for (const { at, side, period, sums: objects } of rows) {
      for (const [column, sum] of objects.flatMap((one) => Object.entries(one))) {
        sums.set(keyOf(at, side, { column, period }), sum);
        if (side === "parts") continue;
        const known = places.get(at);
        if (known === undefined) places.set(at, [{ column, period }]);
        else known.push({ column, period });
      }
    }
    this.sums = sums;
    this.places = places;
  }

  /** The figures that could stand in the row of a total. */
  placesOf(at: number): readonly FigurePlace[] {
    return this.places.get(at) ?? [];
  }

  whole(at: number, place: FigurePlace): AddendsRow | null {
    return this.sums.get(keyOf(at, "whole", place)) ?? null;
  }

  /** Null where no row is known to be a part. */
  parts(at: number, place: FigurePlace): AddendsRow | null {
    return this.sums.get(keyOf(at, "parts", place)) ?? null;
  }
}

interface SumsRow {
  readonly at: number;
  readonly side: "whole" | "parts";
  readonly period: string | null;
  readonly sums: readonly Readonly<Record<string, AddendsRow>>[];
}

function keyOf(at: number, side: string, { column, period }: FigurePlace): string {
  return `${at} ${side} ${column} ${period ?? ""}`;
}

/** The figures of every total and of its parts, added up by the server. */
export async function sumsOf(
  executor: Executor,
  checked: CheckedLoad,
  totals: readonly PublishedTotal[],
  columns: readonly string[],
): Promise<TotalSums> {
  const { load, table, loadId, marks } = checked;
  const spans = totals.flatMap(({ part, row, of }, at) => [
    { at, side: "whole", part, first: row, last: row },
    ...of.map(([first, last]) => ({ at, side: "parts", part, first, last })),
  ]);
  const period = load.contract.layout === "unpivot" ? "b._period" : "null::text";
  const added = columns.map((name) => {
    const figure = figureOf(columnNamed(checked, name), marks);
    return `${literal(name)}, ${addendsSql(figure)}`;
  });
  // json_build_object takes 100 arguments.
  const objects = chunks(added, 40).map((some) => `json_build_object(${some.join(", ")})`);
  const rows = await executor.rows<SumsRow>(
    `select s.at, s.side, ${period} as period, json_build_array(${objects.join(", ")}) as sums
       from unnest($2::int[], $3::text[], $4::int[], $5::bigint[], $6::bigint[])
              as s(at, side, part, first, last)
       join ${table} b on b._load_id = $1 and b._part = s.part and b._row between s.first and s.last
      group by 1, 2, 3`,
    [
      loadId,
      spans.map((one) => one.at),
      spans.map((one) => one.side),
      spans.map((one) => one.part),
      spans.map((one) => one.first),
      spans.map((one) => one.last),
    ],
  );
  return new TotalSums(rows);
}

function chunks<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_none, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}
