import type { ReleaseDecision } from "../../model/decision.ts";
import type { Unplaced } from "../../model/manifest/generation.ts";
import type { ReleaseManifest } from "../../model/manifest/manifest.ts";
import type { SourceReport } from "../../model/report.ts";
import type { EnrichedRelease } from "./enrich-release.ts";
import { calledRemarks, checkRemarks } from "./source-report.ts";

/** What a person is told of a release, beside what came of its sources. */
export function remarksOf(
  decision: ReleaseDecision,
  sources: readonly SourceReport[],
  { document, unplaced, remarks }: EnrichedRelease,
): readonly string[] {
  const loaded = sources.filter((one) => one.status === "loaded").map((one) => one.source);
  return [
    ...sources.flatMap(checkRemarks),
    ...sources.flatMap(calledRemarks),
    ...ghostRemarks(decision, loaded),
    ...repeatRemarks(decision, loaded),
    ...sheetRemarks(document),
    ...unplacedRemarks(unplaced),
    ...remarks,
  ];
}

function sheetRemarks(document: ReleaseManifest): readonly string[] {
  return document.sheets.flatMap((sheet) => {
    const file = document.artifacts.find((one) => one.sha256 === sheet.artifact)?.file ?? null;
    const place = [file, sheet.member, sheet.sheet].filter((part) => part !== null).join(" ");
    return sheet.quarantined ? [] : sheet.reasons.map((reason) => `${place}: ${reason}`);
  });
}

/** A column that is empty from top to bottom is an alarm. */
function ghostRemarks({ sources }: ReleaseDecision, loaded: readonly string[]): readonly string[] {
  return sources
    .filter((one) => loaded.includes(one.source))
    .flatMap(({ source, drift }) =>
      drift
        .filter((one) => one.kind === "column_empty")
        .map((one) => `${source}: column ${one.column ?? ""} is empty: ${one.evidence}`),
    );
}

function repeatRemarks({ repeats }: ReleaseDecision, loaded: readonly string[]): readonly string[] {
  return repeats === null || loaded.length === 0
    ? []
    : [
        `every table holds what release ${repeats} holds, cell for cell: is it the file of that release?`,
      ];
}

function unplacedRemarks({ regions, columns }: Unplaced): readonly string[] {
  return [...regions, ...columns].map((place) => `not in the canonical manifest: ${place}`);
}
