import type { Discovery } from "../../../model/discovery.ts";
import { isCode, nameOf, shorten } from "../../../model/manifest/names.ts";
import { comparePeriods, type Period, parsePeriod } from "../../../model/period/period.ts";
import { readPeriods } from "../../../model/period/read-periods.ts";
import type { PublicationConfig } from "../../../model/publication.ts";

/** An entry of config/publications.yaml, its keys in the order of the file. */
export interface ProposedEntry {
  readonly name: string;
  readonly landing_page: string;
  readonly frequency?: NonNullable<PublicationConfig["frequency"]>;
  readonly url: "discover";
  readonly files?: { readonly exclude?: readonly string[]; readonly prefer?: readonly string[] };
}

/** Codes of publications have at most this many letters. */
const LONGEST_CODE = 40;

/**
 * The entry that a discovery speaks for: the name without its times, how often the found periods come,
 * the files that state none left out, and the format that is taken of twins.
 */
export function proposeEntry(discovery: Discovery, landingPage: string): ProposedEntry {
  const { links, pages } = discovery;
  const found = links.filter((one) => one.state === "found");
  const frequency = frequencyOf(found.map((one) => one.period ?? ""));
  const exclude = [
    ...new Set(links.filter((one) => one.state === "no_period").map((one) => one.name)),
  ];
  const twins = links.filter((one) => one.state === "twin");
  const taken = found.filter((one) => twins.some((twin) => twin.reason.includes(one.name)));
  const prefer = [...new Set(taken.map((one) => one.format))];
  const files = {
    ...(exclude.length === 0 ? {} : { exclude }),
    ...(prefer.length === 0 ? {} : { prefer }),
  };
  return {
    name: timeless(pages[0]?.title ?? "") || new URL(landingPage).hostname,
    landing_page: landingPage,
    ...(frequency === null ? {} : { frequency }),
    url: "discover",
    ...(Object.keys(files).length === 0 ? {} : { files }),
  };
}

/** A code by rule from the name of a publication. */
export function proposeCode(name: string): string {
  const code = shorten(nameOf(name), LONGEST_CODE);
  return isCode(code) ? code : `p_${code}`.slice(0, LONGEST_CODE);
}

/** A name without the times that it speaks of. */
function timeless(title: string): string {
  const bare = readPeriods(title).reduce((text, one) => text.replace(one.text, " "), title);
  return bare
    .replace(/\s+/g, " ")
    .replace(/\s+(?=[,:;.])/g, "")
    .replace(/^[\s,:;–—|-]+|[\s,:;–—|-]+$/g, "");
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** The longest gap in days between the ends of two releases of a frequency. */
const GAPS = [
  [10, "weekly"],
  [45, "monthly"],
  [140, "quarterly"],
  [Number.POSITIVE_INFINITY, "annual"],
] as const;

/** By the usual gap between the ends of periods; of a single one by its length. Null for none. */
export function frequencyOf(
  periods: readonly string[],
): NonNullable<PublicationConfig["frequency"]> | null {
  const found = [...new Set(periods)]
    .map(parsePeriod)
    .filter((one) => one !== null)
    .toSorted(comparePeriods);
  const [only] = found;
  if (only === undefined) return null;
  const ends = [...new Set(found.map((one) => one.end))].sort();
  const gaps = ends.slice(1).map((end, at) => days(ends[at] ?? end, end));
  const usual = gaps.toSorted((a, b) => a - b)[Math.floor((gaps.length - 1) / 2)];
  if (usual === undefined) return byLength(only);
  return GAPS.find(([most]) => usual <= most)?.[1] ?? null;
}

function days(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / DAY_MS;
}

/** A day or a range may come at any time. */
function byLength(period: Period): NonNullable<PublicationConfig["frequency"]> | null {
  switch (period.kind) {
    case "week":
      return "weekly";
    case "month":
      return "monthly";
    case "quarter":
    case "financial_quarter":
      return "quarterly";
    case "year":
    case "financial_year":
      return "annual";
    case "day":
    case "range":
      return null;
  }
}
