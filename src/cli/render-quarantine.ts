import type { QuarantinedItem } from "../model/quarantine.ts";
import { renderTable } from "./table.ts";

/** The list, one line an item, and what is held for them. */
export function renderQuarantine(items: readonly QuarantinedItem[]): string {
  const table = renderTable(items, [
    { title: "id", value: (one) => one.id },
    { title: "what", value: whatOf },
    { title: "publication", value: (one) => one.publication },
    { title: "period", value: (one) => one.period },
    { title: "where", value: placeOf, shrinks: true },
    { title: "reason", value: (one) => one.reason, shrinks: true },
  ]);
  return [table, ...heldLines(items)].join("\n\n");
}

function whatOf({ what, open, questions }: QuarantinedItem): string {
  if (!open) return `${what}, resolved`;
  return questions.length > 0 ? `${what}, held` : what;
}

function placeOf({ what, source, file, member, sheet, range, cell }: QuarantinedItem): string {
  if (what === "source") return source ?? "";
  return [file, member, sheet, cell ?? range].filter((part) => part !== null).join(" ");
}

/** A line for each source and period that is held. */
function heldLines(items: readonly QuarantinedItem[]): readonly string[] {
  const held = items.filter((one) => one.open && one.questions.length > 0);
  const lines = held.map(
    ({ source, period, questions }) =>
      `${source} ${period} is held: \`canonry approve ${questions.join(" ")}\` or \`canonry reject\` answers, \`canonry review\` says what either does.`,
  );
  return lines.length === 0 ? [] : [[...new Set(lines)].join("\n")];
}

const ADVICE: Readonly<Record<QuarantinedItem["what"], string>> = {
  row: "Correct the type or the marks of the column in the canonical manifest, then `canonry quarantine retry`; the other rows are loaded.",
  region:
    "Look at it with `canonry inspect`; say where the table stands under `tables` in config/publications.yaml, then `canonry quarantine retry`.",
  file: "Replace the file, or leave it out with `files.exclude`; then `canonry quarantine retry`.",
  source:
    "Correct what the reason names, in the canonical manifest or in config/publications.yaml, then `canonry quarantine retry`.",
};

const REFUSED_ROW =
  "None of the rows of its table is loaded. Correct the type or the marks of the column in the canonical manifest, then `canonry quarantine retry`; or put a corrected file in its place, then `canonry backfill`.";
const ALLOWANCE =
  "`quarantine: { rows: N }`, in config/publications.yaml or at the source in the manifest, sets as many aside unasked.";

function adviceFor({ what, load_id: load, questions }: QuarantinedItem): string {
  if (questions.length === 0) return what === "row" && load === null ? REFUSED_ROW : ADVICE[what];
  const ids = questions.join(" ");
  return what === "row"
    ? `${REFUSED_ROW} Or \`canonry approve ${ids}\` loads the rows that fit and leaves the others here, \`canonry reject ${ids}\` keeps the table out. ${ALLOWANCE}`
    : `The table is held. \`canonry approve ${ids}\` or \`canonry reject ${ids}\` answers; \`canonry review\` says what either does.`;
}

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
    ["held for", item.open && item.questions.length > 0 ? item.questions.join(", ") : null],
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
    ...(item.open ? [`What to do: ${adviceFor(item)}`] : []),
  ].join("\n");
}
