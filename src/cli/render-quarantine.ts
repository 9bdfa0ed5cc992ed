import type { QuarantinedItem } from "../model/quarantine.ts";
import { renderTable } from "./table.ts";

/** The list, one line an item. */
export function renderQuarantine(items: readonly QuarantinedItem[]): string {
  return renderTable(items, [
    { title: "id", value: (one) => one.id },
    { title: "what", value: (one) => (one.open ? one.what : `${one.what}, resolved`) },
    { title: "publication", value: (one) => one.publication },
    { title: "period", value: (one) => one.period },
    { title: "where", value: placeOf, shrinks: true },
    { title: "reason", value: (one) => one.reason, shrinks: true },
  ]);
}

function placeOf({ what, source, file, member, sheet, range, cell }: QuarantinedItem): string {
  if (what === "source") return source ?? "";
  return [file, member, sheet, cell ?? range].filter((part) => part !== null).join(" ");
}

const ADVICE: Readonly<Record<QuarantinedItem["what"], string>> = {
  row: "Correct the type or the marks of the column in the canonical manifest, then `canonry quarantine retry`; the other rows are loaded.",
  region:
    "Look at it with `canonry inspect`; say where the table stands under `tables` in config/publications.yaml, then `canonry quarantine retry`.",
  file: "Replace the file, or leave it out with `files.exclude`; then `canonry quarantine retry`.",
  source:
    "Correct what the reason names, in the canonical manifest or in config/publications.yaml, then `canonry quarantine retry`.",
};

/** One item with its cells and what to do. */
export function renderQuarantined(item: QuarantinedItem): string {
  const facts: readonly (readonly [string, string | null])[] = [
    ["publication", item.publication],
    ["period", item.period],
    ["source", item.source],
    ["file", item.file],
    ["member", item.member],
    ["sheet", item.sheet],
    ["range", item.range],
    ["cell", item.cell],
    ["artifact", item.artifact],
    ["load", item.load_id],
    ["since", item.created_at],
    ["resolved", item.open ? null : (item.resolved_at ?? "yes")],
  ];
  const raw = item.raw?.map(
    (text, at) => `  ${at + 1}: ${text === null ? "" : JSON.stringify(text)}`,
  );
  return [
    `${item.what} ${item.id}: ${item.reason}`,
    ...facts.flatMap(([name, value]) => (value === null ? [] : [`  ${name}: ${value}`])),
    ...(raw === undefined ? [] : ["The row as published, column by column:", ...raw]),
    ...(item.open ? [`What to do: ${ADVICE[item.what]}`] : []),
  ].join("\n");
}
