import type { Region, RegionColumn } from "../../model/manifest/manifest.ts";

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/£\s*(?:billion|bn)\b|\bgbp billion\b/, "£ billion"],
  [/£\s*(?:million|mn?)\b|\bgbp million\b/, "£ million"],
  [/£\s*(?:thousand|['’]?000s?|k)\b|\bgbp thousand\b/, "£ thousand"],
  [/£(?!\s*\d)|\bgbp\b/, "£"],
  [/(?<!\d\s?)(?:%|\bper ?cents?\b)|\bpercentages?\b/, "%"],
  [/\bper 100,?000\b/, "per 100,000"],
  [/\bper 10,?000\b/, "per 10,000"],
  [/\bper 1,?000\b/, "per 1,000"],
  [/\bper million\b/, "per million"],
  [/\bthousands\b|\(['’]?000s?\)/, "thousands"],
  [/\bmillions\b/, "millions"],
  [/\bbillions\b/, "billions"],
  [/\((?:in )?(?:minutes|mins)\)/, "minutes"],
  [/\((?:in )?hours\)/, "hours"],
  [/\((?:in )?days\)/, "days"],
  [/\((?:in )?weeks\)/, "weeks"],
  [/\bfte\b|\bfull[ -]time equivalents?\b/, "full-time equivalents"],
];

/** The unit that a text names, or null. "over £20,000" and "within 10%" are bounds, no units. */
export function unitIn(text: string): string | null {
  const lower = text.toLowerCase();
  return UNITS.find(([pattern]) => pattern.test(lower))?.[1] ?? null;
}

/** "Units: £ million", "All figures are in thousands", "Figures shown in £ thousands". */
const STATED =
  /^\s*(?:units?(?: of measure(?:ment)?)?\s*[:=-]|(?:all )?(?:figures|values|numbers|amounts|data|estimates)(?: in (?:this|the) (?:table|worksheet|sheet))?(?: are| is)?(?: (?:shown|given|presented|expressed|reported|stated))? (?:in|to the nearest)\b)\s*(.+)$/i;

/** At the end of a title: "(£ million)", ", £ million", "[thousands]". */
const IN_TITLE = /[([,;:–-]\s*((?:in )?(?:£|%|per|thousands|millions)[^()[\]]{0,25})[)\]]?\s*$/i;

/** Words of headers that name a measure of another unit than the one of their table. */
const OTHER_MEASURE =
  /%|\b(?:per ?cent|percentage|proportion|share|rate|ratio|index|rank|average|mean|median|change|growth|number|count|total number|persons?|people|headcount|fte|households|respondents|sample|base|year|age|weeks?|days?|hours?|minutes?|confidence|cv|quality)\b/i;

/** The one unit that notes or title state for a whole table; null where there is none, or several. */
export function unitOfTable(region: Pick<Region, "title" | "notes">): string | null {
  const stated = region.notes.flatMap((note) => STATED.exec(note)?.[1] ?? []);
  const titled = IN_TITLE.exec(region.title ?? "")?.[1];
  const units = [...stated, ...(titled === undefined ? [] : [titled])].map(
    (text) => unitIn(text) ?? unitIn(`(${text.trim().toLowerCase()})`),
  );
  const [first] = units;
  return first !== undefined && units.every((unit) => unit === first) ? first : null;
}

/** The column with its unit: of its header, else of its table where its header names no other measure. */
export function withUnit(column: RegionColumn, ofTable: string | null): RegionColumn {
  if (column.unit !== undefined) return column;
  const header = column.header.join(" ");
  if (column.role === "measure") {
    const own = column.header
      .toReversed()
      .map(unitIn)
      .find((unit) => unit !== null);
    if (own !== undefined) return { ...column, unit: own, unit_by: "publisher" };
  }
  const isFigure = column.role === "measure" || column.role === "period";
  if (!isFigure || ofTable === null || column.percent === true) return column;
  if (column.role === "measure" && OTHER_MEASURE.test(header)) return column;
  return { ...column, unit: ofTable, unit_by: "publisher" };
}
