// Reads:  the draft manifest of a release, the contracts of the publication's known sources
// Writes: nothing (the pipeline keeps the document in the run's folder)
// Key:    the draft, the contracts and the recorded answers: equal ones give equal documents
// Errors: of the rules none; of the model INTERRUPTED and what its record throws, see `describeByModel`
import type {
  Region,
  RegionColumn,
  ReleaseManifest,
  SourceContract,
} from "../../model/manifest.ts";
import { describedByEarlier } from "./canonical.ts";
import { listedTitles, titledByContents } from "./contents.ts";
import { type DictionaryEntry, describedByPublisher, dictionaryOf } from "./dictionary.ts";
import { describedByRule } from "./glossary.ts";
import { releaseFacts } from "./release-facts.ts";
import { unitOfTable, withUnit } from "./units.ts";

export { describeByModel, type ModelEnrichment, type ModelNeeds } from "./model.ts";
export { type ColumnQuestion, ENRICH_TEMPLATE, promptOf, questionsOf } from "./question.ts";

/** What is known before a region is looked at. */
interface Known {
  readonly contracts: readonly SourceContract[];
  readonly dictionary: ReadonlyMap<string, DictionaryEntry>;
  readonly titles: ReturnType<typeof listedTitles>;
  readonly markers: Readonly<Record<string, string>>;
}

/**
 * Gives the regions of a draft their meaning: what the workbook says of itself counts first (unless a
 * person said otherwise), then what the canonical manifest already says, then the rules of the field. What
 * is still open a model may be asked: `describeByModel`. Every fact says who said it. Names are never
 * touched.
 */
export function enrich(
  draft: ReleaseManifest,
  contracts: readonly SourceContract[],
): ReleaseManifest {
  const documents = draft.documents ?? [];
  const about = releaseFacts(documents);
  const sheets = draft.regions.flatMap((region) => region.sheet ?? []);
  const enrichFile = (artifact: string): Known => {
    const own = documents.filter((one) => one.artifact === artifact);
    const entries = dictionaryOf(own.some((one) => one.kind === "dictionary") ? own : documents);
    return {
      contracts,
      dictionary: new Map(entries.map((entry) => [entry.field, entry])),
      titles: listedTitles(own, sheets),
      markers: Object.assign({}, ...own.map((one) => one.marker_meanings)) as Known["markers"],
    };
  };
  const files = new Map<string, Known>();
  const regions = draft.regions.map((region) => {
    const known = files.get(region.artifact) ?? enrichFile(region.artifact);
    files.set(region.artifact, known);
    return enrichRegion(region, known, tablesOn(draft, region));
  });
  return {
    ...draft,
    state: "enriched",
    ...(Object.keys(about).length === 0 ? {} : { about }),
    regions,
  };
}

function tablesOn(draft: ReleaseManifest, { artifact, member, sheet }: Region): number {
  return draft.regions.filter(
    (one) => one.artifact === artifact && one.member === member && one.sheet === sheet,
  ).length;
}

function enrichRegion(region: Region, known: Known, tablesOfSheet: number): Region {
  const titled = titledByContents(region, known.titles, tablesOfSheet);
  const described: Region =
    titled.title === undefined || titled.description !== undefined
      ? titled
      : { ...titled, description: titled.title, said_by: "publisher" };
  const unit = unitOfTable(described);
  const columns = region.columns.map((column) => enrichColumn(described, column, unit, known));
  return { ...described, columns, marker_meanings: markerMeanings(region, known.markers) };
}

function enrichColumn(
  region: Region,
  column: RegionColumn,
  unit: string | null,
  known: Known,
): RegionColumn {
  const said = describedByPublisher(withUnit(column, unit), known.dictionary);
  const kept = describedByEarlier(region, said, known.contracts);
  return describedByRule(kept);
}

/** Of the tokens that stand in the table: what its own notes say, else what those of its file say. */
function markerMeanings(
  region: Region,
  ofFile: Readonly<Record<string, string>>,
): Region["marker_meanings"] {
  const tokens = new Set(region.columns.flatMap((column) => Object.keys(column.markers)));
  const said = Object.entries(ofFile).filter(([token]) => tokens.has(token));
  return { ...Object.fromEntries(said), ...region.marker_meanings };
}
