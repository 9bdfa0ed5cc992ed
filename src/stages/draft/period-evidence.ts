import type { PeriodEvidence, Region } from "../../model/manifest/manifest.ts";
import { readPeriods } from "../../model/period/read-periods.ts";
import type { Workbook } from "../../model/sheet.ts";

/** What workbooks say of themselves; the others (created, modified) are about the file, not the data. */
const TELLING_PROPERTIES = ["title", "subject", "description", "keywords"];

type From = PeriodEvidence["from"];

function evidenceIn(text: string, from: From): PeriodEvidence[] {
  return readPeriods(text).map((found) => ({
    period: found.period,
    from,
    text: text.slice(0, 200),
    score: found.score,
  }));
}

export function fileEvidence(file: string): PeriodEvidence[] {
  return evidenceIn(decoded(file.split("/").at(-1) ?? file), "file");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Sheet names, titles of tables, properties, and the last period of each time column. */
export function workbookEvidence(workbook: Workbook, regions: readonly Region[]): PeriodEvidence[] {
  const evidence: PeriodEvidence[] = [];
  for (const sheet of workbook.sheets) {
    if (sheet.member !== null) evidence.push(...fileEvidence(sheet.member));
    if (sheet.name !== null) evidence.push(...evidenceIn(sheet.name, "sheet"));
  }
  for (const name of TELLING_PROPERTIES) {
    const text = workbook.properties[name];
    if (text !== undefined) evidence.push(...evidenceIn(text, "property"));
  }
  for (const region of regions) {
    if (region.title !== undefined) evidence.push(...evidenceIn(region.title, "title"));
    for (const column of region.columns) {
      if (column.periods === undefined) continue;
      evidence.push({
        period: column.periods[1],
        from: "data",
        text: column.header.join(" "),
        score: 0.8,
      });
    }
  }
  return evidence;
}

/** Each period once a place and text, in the order found. */
export function uniqueEvidence(evidence: readonly PeriodEvidence[]): PeriodEvidence[] {
  const seen = new Map<string, PeriodEvidence>();
  for (const one of evidence) {
    const key = `${one.period}|${one.from}|${one.text}`;
    if (!seen.has(key)) seen.set(key, one);
  }
  return [...seen.values()];
}
