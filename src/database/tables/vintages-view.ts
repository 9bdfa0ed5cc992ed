import type { SourceContract } from "../../model/manifest/manifest.ts";
import { VINTAGES } from "../../model/manifest/names.ts";
import { identifier, literal } from "../identifier.ts";
import { bronzeTable, silverView, type TableColumn } from "./source-table.ts";

export function vintagesView(source: string): string {
  return silverView(`${source}${VINTAGES}`);
}

/** Its own columns, before those of the table. */
const OWN: Readonly<Record<string, string>> = {
  period: "Period of the data.",
  vintage:
    "Number of the issue of its source and release, from 1. One that was purged or expired leaves a gap; ops.load says when it expired, and why.",
  is_current: "The issue that the view without the suffix shows.",
  loaded_at: "When it was loaded.",
  superseded_at: "When another issue became current in its place; NULL if it is current.",
  period_start: "First day of the period.",
  period_end: "Last day of the period.",
  release_period: "Period of the release, of which the vintages are counted.",
};

/**
 * What the view of every vintage shows: data rows of all loads, each with its vintage. A column of the table
 * that is called as one of the view's own has an underscore before it here. `columns` as for `viewQuery`.
 */
export function vintagesQuery(contract: SourceContract, columns: readonly TableColumn[]): string {
  const own = columns
    .filter((column) => !column.name.startsWith("_"))
    .map(({ name }) =>
      Object.hasOwn(OWN, name)
        ? `b.${identifier(name)} as ${identifier(`_${name}`)}`
        : `b.${identifier(name)}`,
    );
  const head = [
    "p.period, l.vintage, l.is_current, l.loaded_at, l.superseded_at",
    "p.period_start, p.period_end, l.period as release_period, b._load_id, b._part, b._row",
  ];
  const period = contract.coverage === "cumulative" ? "coalesce(b._period, l.period)" : "l.period";
  return `select ${[...head, ...own].join(", ")}
      from ${bronzeTable(contract.code)} b
      join ops.load l on l.load_id = b._load_id
      join ops.period p on p.period = ${period}
     where b._kind = 'data'`;
}

export function vintagesCommentSql({ code, title }: SourceContract): readonly string[] {
  const view = vintagesView(code);
  const about = `${title} - every vintage of every release; ${code} shows the current ones.`;
  return [
    `comment on view ${view} is ${literal(about)}`,
    ...Object.entries(OWN).map(
      ([name, text]) => `comment on column ${view}.${identifier(name)} is ${literal(text)}`,
    ),
  ];
}
