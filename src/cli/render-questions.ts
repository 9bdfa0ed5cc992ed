import type { Question } from "../model/manifest/drift.ts";

/** Every open decision with its evidence, and how to answer. */
export function renderQuestions(questions: readonly Question[]): string {
  return [
    ...questions.map(renderQuestion),
    "canonry approve ID... accepts, canonry reject ID... refuses; both are kept in the canonical manifest.",
  ].join("\n\n");
}

export function renderQuestion({ id, source, drift, waiting, period }: Question): string {
  const change = [drift.before, drift.after].filter((text) => text !== undefined).join(" -> ");
  return [
    `${id}  ${drift.kind.replaceAll("_", " ")} in ${source}`,
    ...(change === "" ? [] : [`  ${change}`]),
    `  ${drift.evidence}`,
    `  waits: ${waiting.length > 0 ? waiting.join(", ") : period}`,
    `  approve: ${EFFECT[drift.kind]?.[0] ?? "the release is loaded as it is"}`,
    `  reject:  ${EFFECT[drift.kind]?.[1] ?? "the release stays out"}`,
  ].join("\n");
}

/** What each answer does, where it is more than to let the release in or not. */
const EFFECT: Partial<Readonly<Record<Question["drift"]["kind"], readonly [string, string]>>> = {
  source_new: ["the table is loaded from now on", "the table is left out from now on"],
  source_missing: ["the table may be absent", "the release is short of it, and says so"],
  sheet_renamed: ["it is the same table", "it is another table"],
  match_ambiguous: ["it is the same table", "it is another table"],
  column_added: ["the column is added", "the column is left out"],
  column_missing: ["the column may be absent", "the release stays out"],
  column_renamed: [
    "both headers are one column",
    "the old one ended, the new one is another column",
  ],
  column_retyped: ["the column takes the wider type", "the release stays out"],
  unit_changed: ["figures in the new unit get a column of their own", "the release stays out"],
  values_moved: ["the headers are right", "the release stays out"],
  rows_quarantined: [
    "the rows that fit are loaded, these stay in quarantine",
    "the release stays out",
  ],
  grain_broken: ["the table has no key from now on", "the release stays out"],
  period_missing: ["the release is loaded without the period", "the release stays out"],
  layout_changed: ["it is another table, and the old one ended", "the release stays out"],
};
