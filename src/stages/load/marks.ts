import type { Issue } from "../../model/decision.ts";
import type { SourceContract } from "../../model/manifest.ts";
import { type MarkMeaning, meaningOfMark } from "../../model/mark-meaning.ts";
import { hasMarkers } from "../../model/marked-columns.ts";
import { saidInNotes } from "../../model/noted-marks.ts";

/** Every mark that the parts hold or the contract knows, with its meaning. */
export function marksOf(contract: SourceContract, { parts }: Issue): readonly MarkMeaning[] {
  const regions = parts.map((part) => part.region);
  const tokens = new Set([
    ...regions.flatMap((region) => region.columns.flatMap((column) => Object.keys(column.markers))),
    ...contract.columns.filter(hasMarkers).flatMap((column) => column.markers),
  ]);
  const said = { person: contract.marker_meanings ?? {}, ...saidInNotes(regions) };
  return [...tokens].sort().map((token) => meaningOfMark(token, said));
}
