import type { Region } from "../manifest/manifest.ts";
import { type MarkMeaning, meaningOfMark, type SaidMeanings } from "./mark-meaning.ts";
import { marksSeen } from "./marked-columns.ts";

type Noted = Pick<Region, "marker_meanings" | "marker_said_in">;

/** What the notes of tables say of marks, and where; the notes of the first count first. */
export function saidInNotes(regions: readonly Noted[]): {
  readonly publisher: SaidMeanings;
  readonly place: SaidMeanings;
} {
  const merged = (said: readonly (SaidMeanings | undefined)[]): SaidMeanings =>
    Object.assign({}, ...said.toReversed()) as SaidMeanings;
  return {
    publisher: merged(regions.map((region) => region.marker_meanings)),
    place: merged(regions.map((region) => region.marker_said_in)),
  };
}

/** The marks that stand in tables and that their own notes explain, by token. */
export function notedMarks(
  regions: readonly (Noted & Pick<Region, "columns">)[],
): readonly MarkMeaning[] {
  const said = { person: {}, ...saidInNotes(regions) };
  const columns = regions.flatMap((region) => region.columns);
  const tokens = new Set(columns.flatMap(marksSeen));
  const meanings = [...tokens].sort().map((token) => meaningOfMark(token, said));
  return meanings.filter((one) => one.said_by === "publisher" && one.meaning !== "unknown");
}
