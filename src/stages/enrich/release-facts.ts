import type {
  ReleaseFact,
  ReleaseManifest,
  SaidFact,
  SheetDocument,
} from "../../model/manifest/manifest.ts";
import { LONGEST_PUBLISHED, placeOf, tidy } from "./tidy.ts";

/** Labels that stand before a fact, in one cell ("Published: 9 May") or in the one to the left. */
const LABELS: readonly (readonly [ReleaseFact, RegExp])[] = [
  ["title", /^(?:dataset |publication )?title$/i],
  [
    "published",
    /^(?:publication date|date of publication|date published|published(?: on)?|this release|release date|data published on)$/i,
  ],
  [
    "next_release",
    /^(?:(?:date of )?next (?:release|publication|update|published|update due|release date|publication date))$/i,
  ],
  ["status", /^(?:status|publication status|data status|release status|statistical status)$/i],
  [
    "contact",
    /^(?:contact(?: details| point| us| email| name)?s?|e-?mail(?: address)?|public enquiries)$/i,
  ],
  ["source", /^(?:source|data source|supplier)$/i],
];

const DESIGNATION =
  /^(?:(?:accredited )?official statistics(?: in development)?|national statistics|experimental statistics|management information|provisional|revised|final)$/i;

const MAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/;

/** What the cover and the notes of a release say of it; the first that says a fact counts. */
export function releaseFacts(
  documents: readonly SheetDocument[],
): NonNullable<ReleaseManifest["about"]> {
  const about: Partial<Record<ReleaseFact, SaidFact>> = {};
  for (const document of documents) {
    if (document.kind === "dictionary") continue;
    for (const [at, { row, cells }] of document.lines.entries()) {
      const below = document.lines[at + 1]?.cells.find((text) => text !== "") ?? "";
      const said = factIn(
        cells.filter((text) => text !== ""),
        below,
      );
      if (said === null) continue;
      const before = about[said.fact]?.text;
      const better = said.fact === "contact" && MAIL.test(said.text) && !MAIL.test(before ?? "");
      if (before !== undefined && !better) continue;
      about[said.fact] = { text: said.text, said_by: "publisher", said_in: placeOf(document, row) };
    }
  }
  return about;
}

function factIn(
  cells: readonly string[],
  below: string,
): { readonly fact: ReleaseFact; readonly text: string } | null {
  const [first = "", second = ""] = cells;
  if (cells.length === 1 && DESIGNATION.test(tidy(first)))
    return { fact: "status", text: tidy(first) };
  const [, label = "", rest = ""] = /^([^:]{3,40}?)\s*(?::\s*(.*))?$/s.exec(tidy(first)) ?? [];
  const fact = LABELS.find(([, pattern]) => pattern.test(label))?.[0];
  if (fact === undefined) return null;
  // A label alone in its line speaks of the line below, if it ends in a colon.
  const under = cells.length === 1 && first.trim().endsWith(":") ? below : "";
  const text = tidy(rest !== "" ? rest : second !== "" ? second : under);
  const fits = fact !== "contact" || MAIL.test(text) || /\d{3}|\p{Lu}\p{Ll}+ \p{Lu}/u.test(text);
  const says = /[\p{L}\d]{2}/u.test(text) && text.length <= LONGEST_PUBLISHED && fits;
  return says ? { fact, text } : null;
}
