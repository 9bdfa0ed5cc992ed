import type { Issue } from "../../model/decision.ts";
import type { RegionColumn, SourceContract } from "../../model/manifest/manifest.ts";
import { type MarkKind, type MarkMeaning, meaningOfMark } from "../../model/marks/mark-meaning.ts";
import { hasMarkers, marksSeen } from "../../model/marks/marked-columns.ts";
import { saidInNotes } from "../../model/marks/noted-marks.ts";

/** Every mark that the parts hold or the contract knows, with its meaning. */
export function marksOf(contract: SourceContract, { parts }: Issue): readonly MarkMeaning[] {
  const regions = parts.map((part) => part.region);
  const tokens = new Set([
    ...regions.flatMap((region) => region.columns.flatMap(marksSeen)),
    ...contract.columns.filter(hasMarkers).flatMap((column) => column.markers),
  ]);
  const said = { person: contract.marker_meanings ?? {}, ...saidInNotes(regions) };
  const alone = new Set(regions.flatMap(({ columns }) => columns.flatMap(tokensAlone)));
  return [...tokens].sort().map((token) => {
    const meaning = meaningOfMark(token, said);
    const isBeside = regions.some(({ columns }) =>
      columns.some((one) => token in (one.beside ?? {})),
    );
    return isBeside && !alone.has(token) ? besideNumbers(meaning) : meaning;
  });
}

function tokensAlone({ markers }: RegionColumn): readonly string[] {
  return Object.keys(markers);
}

/** By convention why a number is not there: beside a number that says nothing. */
const ABSENT: readonly MarkKind[] = ["suppressed", "missing", "not_applicable", "zero"];

/** What a mark means that stands beside numbers only. */
function besideNumbers(mark: MarkMeaning): MarkMeaning {
  return mark.said_by === "rule" && ABSENT.includes(mark.kind)
    ? { ...mark, meaning: "unknown", kind: "unknown" }
    : mark;
}
