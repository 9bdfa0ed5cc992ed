import type { SheetDocument } from "../../model/manifest/manifest.ts";

/** Longer texts of a publisher are articles, not descriptions. */
export const LONGEST_PUBLISHED = 500;

/** One line of printable signs, trimmed. */
export function tidy(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
}

/** Where a document says something: "<sheet>, row 12". */
export function placeOf(document: SheetDocument, row: number): string {
  return `${document.sheet ?? document.member ?? "file"}, row ${row}`;
}
