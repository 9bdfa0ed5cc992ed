import type { FoundLink } from "../../../model/discovery.ts";
import { withoutExtension } from "../period-evidence.ts";
import { TABLE_FORMATS } from "./link-address.ts";

/** A found file and the words that it may share with its twin. */
export interface Twinnable {
  readonly link: FoundLink;
  /** Words around it: item and nearest heading. */
  readonly around: string;
}

/**
 * Of one table in several formats one is taken: by default the workbook, which holds at least what its
 * CSV holds, with titles and notes. Twins are of one period and of different formats, and have one file
 * name but for the extension, or one label; a label that several files of one format have is no evidence.
 */
export function withTwins(
  files: readonly Twinnable[],
  prefer: readonly string[],
): readonly FoundLink[] {
  const order = [...prefer, ...TABLE_FORMATS];
  const taken = new Map<FoundLink, FoundLink>();
  const groups = [...groupsBy(files, stemOf), ...groupsBy(files, labelOf)];
  for (const group of groups) {
    const formats = new Set(group.map((one) => family(one.format)));
    if (group.length < 2 || formats.size < group.length) continue;
    const free = group.filter((one) => !taken.has(one));
    const [best, ...others] = free.toSorted(
      (a, b) => order.indexOf(a.format) - order.indexOf(b.format),
    );
    if (best !== undefined) for (const other of others) taken.set(other, best);
  }
  return files.map(({ link }) => {
    const best = taken.get(link);
    if (best === undefined) return link;
    return { ...link, state: "twin", reason: `the same table as ${best.name}, which is taken` };
  });
}

function groupsBy(
  files: readonly Twinnable[],
  keyOf: (one: Twinnable) => string,
): readonly (readonly FoundLink[])[] {
  const groups = new Map<string, FoundLink[]>();
  for (const one of files) {
    const key = keyOf(one);
    if (key === "") continue;
    const whole = `${one.link.period ?? ""}|${one.link.page}|${key}`;
    groups.set(whole, [...(groups.get(whole) ?? []), one.link]);
  }
  return [...groups.values()];
}

function family(format: string): string {
  return format === "xlsm" ? "xlsx" : format;
}

function stemOf({ link }: Twinnable): string {
  return withoutExtension(link.name)
    .toLowerCase()
    .replace(/[\s._-]+(?:csv|tsv|xlsx?|xlsm|xlsb|ods|excel|zip)$/, "");
}

/** What a label says beside the format and the size of the file. */
export function bareLabel(text: string): string {
  return text
    .toLowerCase()
    .replace(/\(?\b[\d.,]+\s*[kmg]i?b\b\)?/g, " ")
    .replace(
      /\b(?:csv|tsv|xlsx?|xlsm|xlsb|ods|zip|pdf|ms|microsoft|excel|opendocument|open document|spreadsheets?|comma separated|values?|format|file|download|view|as|in|the|this|document|release)\b/g,
      " ",
    )
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

function labelOf({ link, around }: Twinnable): string {
  const own = bareLabel(link.text);
  return own === "" ? "" : `${own}|${bareLabel(around)}`;
}
