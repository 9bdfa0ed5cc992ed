import { cellText } from "../../../model/manifest/first-cells.ts";
import type { ShareColumn } from "./share-remarks.ts";

const RANGE = /^\d{1,2}\s?[-–]\s?\d{1,2}$/;

/** Dates among texts such as "0-4": a program may have taken "5-9" for a day. */
export function datesAmongRanges({ letter, tally, typed }: ShareColumn): readonly string[] {
  const date = tally.firsts.get("date") ?? tally.firsts.get("timestamp");
  const isLabel = typed.type === "text" && typed.role === "dimension";
  if (date === undefined || !isLabel) return [];
  if (![...tally.looks.keys()].some((text) => RANGE.test(text.trim()))) return [];
  const many = tally.dates + tally.timestamps;
  return [
    `column ${letter}: ${many === 1 ? "1 date stands" : `${many} dates stand`} among ranges of numbers (${cellText(letter, date)}): a program may have made them of ranges`,
  ];
}
