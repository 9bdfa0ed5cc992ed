import { squeeze } from "../../../model/text.ts";
import type { Line } from "./line.ts";

const MEANING =
  /^(\[[\w\s]{1,6}\]|\*{1,3}|\.{1,3}|:{1,2}|[-–—~#^†‡]|[a-z]|<\s?\d+|n\/a)\s*(?:=|-|–|—|:|\bindicates?\b|\bdenotes?\b|\bmeans?\b|\brepresents?\b|\bshows?\b)\s*(\S.*)$/i;
const QUOTED =
  /(?:["“‘'`])(\[?\w{0,4}\]?|[*.:\-–~#]{1,3})["”’']\s*(?:=|-|–|:|\bindicates?\b|\bdenotes?\b|\bmeans?\b|\brepresents?\b)\s*([^.;]+)/gi;
/** What opens a line of notes before its first token: "Note: [c] means ...", "Key - * = ...". */
const OPENING =
  /^(?:foot)?(?:notes?|key|symbols?|shorthand|markers?)\b[\w\s]{0,12}[:.–—-]\s*(?=\S)/i;
const SPACED = /^(\[\w{1,4}\]|\*{1,3}|\.\.|:|#)\s+([A-Za-z].*)$/;

/** What notes say of markers: "[c] = confidential", "* suppressed: counts under 5". */
export function markerMeanings(notes: readonly string[]): Record<string, string> {
  const meanings: Record<string, string> = {};
  for (const note of notes) {
    for (const part of note.split(/;|\n/)) readMeaning(squeeze(part), meanings);
    for (const match of note.matchAll(QUOTED)) {
      const [, token = "", meaning = ""] = match;
      if (token !== "") meanings[token] ??= clip(meaning);
    }
  }
  return meanings;
}

/** The row in which each token gets its meaning: the first that says it. */
export function markerRows(
  lines: readonly { readonly row: number; readonly texts: readonly string[] }[],
): Record<string, number> {
  const rows: Record<string, number> = {};
  for (const { row, texts } of lines) {
    for (const token of Object.keys(markerMeanings(texts))) rows[token] ??= row;
  }
  return rows;
}

function readMeaning(text: string, meanings: Record<string, string>): void {
  const bare = text.replace(OPENING, "");
  const match = MEANING.exec(text) ?? MEANING.exec(bare) ?? SPACED.exec(text);
  if (match === null) return;
  const [, token = "", meaning = ""] = match;
  if (/^[a-z]$/i.test(token) && meaning.length > 60) return;
  meanings[token] ??= clip(meaning);
}

function clip(text: string): string {
  return squeeze(text)
    .replace(/[.;,]+$/, "")
    .slice(0, 200);
}

/** The text of a line, cells joined by a space. */
export function lineText(line: Line): string {
  return line.cells.map((cell) => cell.text).join(" ");
}

/** A line as one note. */
export function noteOf(line: Line): { readonly row: number; readonly texts: readonly string[] } {
  return { row: line.row, texts: [lineText(line)] };
}
