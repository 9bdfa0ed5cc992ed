import type { Issue } from "../../model/decision.ts";
import type { SourceContract } from "../../model/manifest.ts";
import { type MarkMeaning, meaningOfMark } from "../../model/mark-meaning.ts";
import { hasMarkers } from "../../model/marked-columns.ts";

/** Every mark that the parts hold or the contract knows, with its meaning; the notes of the first part count first. */
export function marksOf(contract: SourceContract, { parts }: Issue): readonly MarkMeaning[] {
  const regions = parts.map((part) => part.region);
  const tokens = new Set([
    ...regions.flatMap((region) => region.columns.flatMap((column) => Object.keys(column.markers))),
    ...contract.columns.filter(hasMarkers).flatMap((column) => column.markers),
  ]);
  const merged = (
    said: readonly (Readonly<Record<string, string>> | undefined)[],
  ): Readonly<Record<string, string>> =>
    Object.assign({}, ...said.toReversed()) as Readonly<Record<string, string>>;
  const said = {
    person: contract.marker_meanings ?? {},
    publisher: merged(regions.map((region) => region.marker_meanings)),
    place: merged(regions.map((region) => region.marker_said_in)),
  };
  return [...tokens].sort().map((token) => meaningOfMark(token, said));
}
