import type { Provenance } from "../manifest/manifest.ts";
import { conventionalMeaning } from "./marker.ts";

/**
 * Why a number is not there: withheld, not reliable enough to print, not known, cannot be, rounds to zero or
 * none, told by a bound only, to come as final, estimated, revised, not comparable. `unknown`: nobody says,
 * or what is said leaves several open.
 */
export const MARK_KINDS = [
  "suppressed",
  "unreliable",
  "not_applicable",
  "zero",
  "missing",
  "bounded",
  "provisional",
  "estimated",
  "revised",
  "break",
  "unknown",
] as const;

export type MarkKind = (typeof MARK_KINDS)[number];

/** What a mark of a source means, and who says so. */
export interface MarkMeaning {
  readonly token: string;
  readonly meaning: string;
  readonly kind: MarkKind;
  readonly said_by: Extract<Provenance, "person" | "publisher" | "rule">;
  /** "<sheet>, row 12", where the publisher says it. */
  readonly said_in: string | null;
}

/** A meaning that counts in some releases only; null: in all others. */
export interface MarkInReleases extends MarkMeaning {
  readonly releases: readonly string[] | null;
}

/** In the order in which they count within one statement: "not available: suppressed" is suppressed. */
const WORDS: readonly (readonly [MarkKind, RegExp])[] = [
  ["bounded", /^bounded\b/],
  [
    "suppressed",
    /\bsu?ppress|\bconfidential|\bdisclos|\bdisclosure|\bwithheld|\bredact|\bsmall numbers?\b|\blow numbers?\b|\bmasked\b/,
  ],
  [
    "unreliable",
    /\bunreliable|\blow reliability|\bnot (?:sufficiently |statistically )?reliable|\bsample size|\bsmall sample|\bsmall base|\bpoor quality|\bquality (?:issue|concern)s?/,
  ],
  ["not_applicable", /\bnot applicable|\bnot relevant|\bn\/a\b|\bnot asked\b/],
  ["zero", /\bzero\b|\bnil\b|\bnegligible|\bless than half\b|\bunder half\b/],
  [
    "missing",
    /\bnot (?:yet )?(?:available|collected|known|supplied|provided|submitted|recorded|reported|returned|published)|\bunavailable|\bmissing|\bno (?:data|figures?|returns?|value|information)\b|\bnon[- ]?(?:return|response|submission)|\bdid not (?:submit|report|return)|\bcould not be calculated|\bnot calculated/,
  ],
  ["bounded", /\b(?:less|fewer|more|greater) than\b|\bunder \d|\bbelow \d|\bover \d|[<>≤≥]/],
  ["provisional", /\bprovisional|\bpreliminary|\bsubject to revision/],
  ["estimated", /\bestimate|\bimputed|\bforecast|\bprojected|\bmodelled/],
  ["revised", /\brevis|\bcorrected|\bamended|\bupdated/],
  ["break", /\bbreak in|\bdiscontinuity|\bnot comparable/],
];

/** The kind of a meaning in words. What joins two kinds by "or" leaves both open: `unknown`. */
export function markKind(meaning: string): MarkKind {
  const lower = meaning.toLowerCase();
  const kinds = lower
    .split(/\bor\b|(?<!\bn)\/(?!a\b)/)
    .flatMap((part) => WORDS.find(([, words]) => words.test(part))?.[0] ?? []);
  const [first = "unknown", ...others] = new Set(kinds);
  return others.length === 0 ? first : "unknown";
}

/** What notes, a dictionary or a person say of tokens. */
export type SaidMeanings = Readonly<Record<string, string>>;

/** What a source says of a token: as it is printed, else in another case. */
export function saidOf(said: SaidMeanings, token: string): string | null {
  if (Object.hasOwn(said, token)) return said[token] ?? null;
  const lower = token.toLowerCase();
  return Object.entries(said).find(([key]) => key.toLowerCase() === lower)?.[1] ?? null;
}

/** A person counts before the publisher, and the publisher before the convention. */
export function meaningOfMark(
  token: string,
  {
    person,
    publisher,
    place,
  }: {
    readonly person: SaidMeanings;
    readonly publisher: SaidMeanings;
    /** Where the publisher says it, by token. */
    readonly place: SaidMeanings;
  },
): MarkMeaning {
  const make = (
    meaning: string,
    said_by: MarkMeaning["said_by"],
    said_in: string | null = null,
  ): MarkMeaning => ({ token, meaning, kind: markKind(meaning), said_by, said_in });
  const ruled = saidOf(person, token);
  if (ruled !== null) return make(ruled, "person");
  const said = saidOf(publisher, token);
  if (said !== null) return make(said, "publisher", saidOf(place, token));
  return make(conventionalMeaning(token) ?? "unknown", "rule");
}
