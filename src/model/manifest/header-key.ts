import type { RegionColumn } from "./manifest.ts";

/** Header levels as one text, as a contract keeps it. */
export function headerText(column: RegionColumn): string {
  return column.header.join(" | ");
}

/**
 * What stays of a header when spelling is set aside: case, spaces, punctuation, footnote marks. Two
 * headers with one key are one header.
 */
export function headerKey(text: string): string {
  return text
    .toLowerCase()
    .replace(/\[[^\]]*\]|\((?:see )?notes?[^)]*\)/g, "")
    .replace(/\(\d{1,2}\)/g, "")
    .replace(/[^\p{L}\p{N}%£<>+]+/gu, "");
}
