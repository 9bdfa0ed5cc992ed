import { readPeriods } from "../period/read-periods.ts";
import { nameOf } from "./names.ts";

const VERSION =
  /^(?:v\d+|ver\d+|version\d*|rev\d*|revised|revision|final|draft|provisional|updated?|corrected|reissue|copy|web|file|webfile)$/;

/**
 * What stays of a file's name from period to period: without extension, periods, version words and
 * hash-like tokens. Whole words only, so that `decile` and `marital` stay what they are.
 */
export function fileStem(file: string): string {
  const base = (file.split("/").at(-1) ?? file)
    .replace(/\.[a-z0-9]{1,5}$/i, "")
    // "3. Name of the third file of a series"
    .replace(/^\d{1,2}[.)]\s*(?=\p{L})/u, "");
  return nameOf(withoutPeriods(base)) === "column" ? "file" : stemWords(withoutPeriods(base));
}

/** A text without the periods that stand in it. */
export function withoutPeriods(text: string): string {
  let rest = text;
  for (const found of readPeriods(text)) rest = rest.replace(found.text, " ");
  return rest;
}

function stemWords(text: string): string {
  const words = nameOf(text)
    .split("_")
    .filter(
      (word) =>
        !VERSION.test(word) &&
        !/^\d+$/.test(word) &&
        !/^(?=.*\d)(?=.*[a-z])[a-z0-9]{5,}$/.test(word),
    );
  return words.length === 0 ? "file" : words.join("_");
}
