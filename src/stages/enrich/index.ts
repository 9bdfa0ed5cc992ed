// Reads:  the draft manifest of a release; in mode copy the publication's last canonical manifest
// Writes: nothing (the pipeline keeps the generation)
// Key:    the draft, the canonical manifest and the recorded answers: equal ones give equal documents
// Errors: of the rules none; of the model INTERRUPTED and what its record throws, see `describeByModel`
import type { Unplaced } from "../../model/manifest/generation.ts";
import type {
  CanonicalManifest,
  Region,
  RegionColumn,
  ReleaseManifest,
  SheetDocument,
} from "../../model/manifest/manifest.ts";
import { marksSeen } from "../../model/marks/marked-columns.ts";
import { applyCanonical } from "./apply-canonical.ts";
import { listedTitles, titledByContents } from "./contents.ts";
import { type DictionaryEntry, describedByPublisher, dictionaryOf } from "./dictionary.ts";
import { describedByRule } from "./glossary.ts";
import { releaseFacts } from "./release-facts.ts";
import { placeOf } from "./tidy.ts";
import { unitOfTable, withUnit } from "./units.ts";

export { describeByModel, type ModelEnrichment, type ModelNeeds } from "./model.ts";
export { type ColumnQuestion, questionsOf } from "./question.ts";

/** Version of the rules that give meaning: part of the id of what they make. */
export const ENRICH_VERSION = 1;

export interface Enriched {
  readonly document: ReleaseManifest;
  readonly unplaced: Unplaced;
}

/**
 * Gives the regions of a draft their meaning: what the workbook says of itself counts first (unless a
 * person said otherwise), then what the canonical manifest says of the source and column that they are,
 * then the rules of the field. What is still open a model may be asked: `describeByModel`. Every fact says
 * who said it. Without a canonical manifest names are those of the headers.
 */
export function enrich(draft: ReleaseManifest, canonical: CanonicalManifest | null): Enriched {
  const published = asPublished(draft);
  const { document, unplaced } =
    canonical === null
      ? { document: published, unplaced: { regions: [], columns: [], sources: [] } }
      : applyCanonical(published, canonical);
  return {
    document: { ...document, state: "enriched", regions: document.regions.map(byRule) },
    unplaced,
  };
}

/** What the sheets of a workbook say of its tables. */
interface Known {
  readonly dictionary: ReadonlyMap<string, DictionaryEntry>;
  readonly titles: ReturnType<typeof listedTitles>;
  readonly markers: Readonly<Record<string, string>>;
  /** Where it says what they mean, by token. */
  readonly places: Readonly<Record<string, string>>;
}

function asPublished(draft: ReleaseManifest): ReleaseManifest {
  const documents = draft.documents ?? [];
  const about = releaseFacts(documents);
  const sheets = draft.regions.flatMap((region) => region.sheet ?? []);
  const knownOf = (artifact: string): Known => {
    const own = documents.filter((one) => one.artifact === artifact);
    const entries = dictionaryOf(own.some((one) => one.kind === "dictionary") ? own : documents);
    return {
      dictionary: new Map(entries.map((entry) => [entry.field, entry])),
      titles: listedTitles(own, sheets),
      markers: Object.assign({}, ...own.map((one) => one.marker_meanings)) as Known["markers"],
      places: Object.assign({}, ...own.map(placesIn)) as Known["places"],
    };
  };
  const files = new Map<string, Known>();
  const regions = draft.regions.map((region) => {
    const known = files.get(region.artifact) ?? knownOf(region.artifact);
    files.set(region.artifact, known);
    return publishedRegion(region, known, tablesOn(draft, region));
  });
  return { ...draft, ...(Object.keys(about).length === 0 ? {} : { about }), regions };
}

function tablesOn(draft: ReleaseManifest, { artifact, member, sheet }: Region): number {
  return draft.regions.filter(
    (one) => one.artifact === artifact && one.member === member && one.sheet === sheet,
  ).length;
}

function publishedRegion(region: Region, known: Known, tablesOfSheet: number): Region {
  const titled = titledByContents(region, known.titles, tablesOfSheet);
  const unit = unitOfTable(titled);
  const columns = region.columns.map(
    (column): RegionColumn => describedByPublisher(withUnit(column, unit), known.dictionary),
  );
  return { ...titled, columns, ...markerMeanings(region, known) };
}

function placesIn(document: SheetDocument): Known["places"] {
  const rows = Object.entries(document.marker_rows ?? {});
  return Object.fromEntries(rows.map(([token, row]) => [token, placeOf(document, row)]));
}

/** Of the tokens that stand in the table: what its own notes say, else what those of its file say. */
function markerMeanings(
  region: Region,
  ofFile: Pick<Known, "markers" | "places">,
): Pick<Region, "marker_meanings" | "marker_said_in"> {
  const tokens = new Set(region.columns.flatMap(marksSeen));
  const own = region.marker_meanings;
  const said = Object.entries(ofFile.markers).filter(([token]) => tokens.has(token));
  const places = said.flatMap(([token]): [string, string][] => {
    const place = ofFile.places[token];
    return place === undefined || Object.hasOwn(own, token) ? [] : [[token, place]];
  });
  const saidIn = { ...Object.fromEntries(places), ...region.marker_said_in };
  return {
    marker_meanings: { ...Object.fromEntries(said), ...own },
    ...(Object.keys(saidIn).length === 0 ? {} : { marker_said_in: saidIn }),
  };
}

/** What is still without words: a table is what its title says, a column what the field calls it. */
function byRule(region: Region): Region {
  const described: Region =
    region.title === undefined || region.description !== undefined
      ? region
      : { ...region, description: region.title, said_by: "publisher" };
  return { ...described, columns: described.columns.map((column) => describedByRule(column)) };
}
