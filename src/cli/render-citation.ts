import type { Citation, Cited } from "../inquiry/cite/index.ts";
import { count } from "./table.ts";

/** Each value with all that it comes from, as a person reads it. */
export function renderCitations(cited: Cited): string {
  return [...cited.citations.map(renderCitation), rest(cited)].filter(Boolean).join("\n\n");
}

/** A line a value. */
export function renderShort(cited: Cited): string {
  return [...cited.citations.map(shortLine), rest(cited)].filter(Boolean).join("\n");
}

function rest({ matched, rows, source, instead }: Cited): string {
  if (matched === 0) return none(source, instead);
  return matched > rows ? `${count(matched - rows)} more rows match.` : "";
}

function none(source: string, { load, totals, aside }: Cited["instead"]): string {
  const lines = [
    ...aside.map(({ id, row, cell, reason }) => {
      const place = cell === null ? "" : ` (${cell})`;
      return `Row ${row}${place} was set aside, ${reason}: \`canonry quarantine show ${id}\`.`;
    }),
    ...totals.map(
      ({ load_id, row, period }) =>
        `Row ${row} is a published total of ${period}, and no row of the view: cite it by \`canonry explain ${source} --load ${load_id} --row ${row}\`.`,
    ),
  ];
  if (lines.length > 0) return lines.join("\n");
  if (load !== null) return `Load ${load.id} of ${source} has no row ${load.row}.`;
  return `No current row of ${source} matches.`;
}

const shown = (value: string | null): string => value ?? "an empty cell";

function held({ value, marker, meaning }: Citation): string {
  if (marker === null) return value ?? "NULL, an empty cell";
  return `${value ?? "NULL"}, marked ${marker}: ${meaning?.meaning ?? "unknown"}`;
}

function keyOf({ key }: Citation): string {
  return Object.entries(key)
    .map(([name, value]) => `${name}=${shown(value)}`)
    .join(" ");
}

function renderCitation(one: Citation): string {
  const file = one.member === null ? one.file_name : `${one.file_name} / ${one.member}`;
  const total = one.kind === "total" ? "total row, " : "";
  const lines: readonly (readonly [string, string])[] = [
    ["cell", one.cell ?? "not known"],
    ["check", one.check.says],
    ...(one.meaning === null ? [] : [["meaning", meaningOf(one.meaning)] as const]),
    ["file", `${file}, sha256 ${one.artifact}`],
    ...one.links.map((url) => ["link", url] as const),
    [
      "release",
      `${one.publication} ${one.release}, vintage ${one.vintage} (${one.is_current ? "current" : "superseded"})`,
    ],
    ["load", `${one.load_id} of ${one.loaded_at}, run ${one.run_id}`],
    ["manifest", `version ${one.contract_version} of the contract of ${one.source}`],
  ];
  const unit = one.unit === null || one.value === null ? "" : ` ${one.unit}`;
  return [
    `${one.column} = ${held(one)}${unit} (${total}${one.period} ${keyOf(one)})`.replace(" )", ")"),
    ...lines.map(([name, text]) => `  ${name.padEnd(8)} ${text}`),
  ].join("\n");
}

function meaningOf({ kind, said_by, said_in, meaning }: NonNullable<Citation["meaning"]>): string {
  const by = said_by === "rule" ? "by convention" : `says the ${said_by}`;
  return `${meaning} (${kind.replace("_", " ")}), ${by}${said_in === null ? "" : ` in ${said_in}`}`;
}

function shortLine(one: Citation): string {
  return [
    `${one.column} = ${held(one)}`,
    one.cell ?? "cell not known",
    `sha256 ${one.artifact}`,
    one.links[0] ?? one.file_name,
    `${one.publication} ${one.release} vintage ${one.vintage}`,
    `load ${one.load_id}`,
    `run ${one.run_id}`,
    `manifest ${one.contract_version}`,
    one.check.status,
  ]
    .map((text) => text.replace(/\s+/g, " "))
    .join(" | ");
}
