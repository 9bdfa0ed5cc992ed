/**
 * Tokens that public bodies and programs print in place of a number. A token is a marker only where a number
 * could stand; in a dimension the same letters are codes.
 * Source: Government Analysis Function, "Symbols in tables" (bracketed letters), the older signs still in use
 * by NHS England, ONS, StatsWales and DWP, and those of Destatis ("/", "…", "•", "k. A.") and the ABS ("np").
 */
const MEANINGS_BY_TOKEN: Readonly<Record<string, string>> = {
  "*": "suppressed",
  "**": "suppressed",
  "[c]": "confidential",
  c: "confidential",
  "[x]": "not available",
  x: "not available",
  "[z]": "not applicable",
  z: "not applicable",
  "[low]": "rounds to zero",
  "[w]": "no data recorded",
  "[u]": "low reliability",
  "[e]": "estimated",
  "[r]": "revised",
  "[p]": "provisional",
  "[b]": "break in series",
  "[f]": "forecast",
  "[er]": "estimated, revised",
  "-": "nil or not available",
  "–": "nil or not available",
  "—": "nil or not available",
  "--": "nil or not available",
  "~": "rounds to zero or suppressed",
  "#": "suppressed",
  "^": "not available",
  $: "not available",
  ".": "not applicable",
  "..": "not available",
  "...": "not available",
  "…": "not available",
  "/": "not available: low reliability",
  "•": "suppressed",
  "***": "suppressed",
  ":": "not available",
  "::": "not available",
  "n/a": "not applicable",
  na: "not available",
  "n.a.": "not available",
  np: "not published",
  "n.p.": "not published",
  nd: "no data",
  "n.d.": "no data",
  "k.a.": "no data",
  "k. a.": "no data",
  "n/d": "no data",
  nil: "nil",
  none: "not available",
  null: "not available",
  suppressed: "suppressed",
  "not available": "not available",
  "not applicable": "not applicable",
  "no data": "no data",
  unavailable: "not available",
  nan: "not available",
  inf: "could not be calculated",
  "-inf": "could not be calculated",
  infinity: "could not be calculated",
  "-infinity": "could not be calculated",
  "<na>": "not available",
  "#n/a": "not available",
  "low numbers": "suppressed",
};

const MEANINGS = new Map(Object.entries(MEANINGS_BY_TOKEN));

/** Bounds such as "<5", ">95", "≤2", "52+", "<0.1%": a number stands in the token, but not the number. */
const BOUND = /^(?:[<>≤≥]=?\s*[\d,.]+%?|[\d,.]+%?\s*\+)$/;
const BRACKETED = /^[[(]\s*[a-z]{1,4}\d?\s*[\])]$/i;

/** Whether a text is a few letters in brackets: "[c]", "(r)". */
export function isBracketed(token: string): boolean {
  return BRACKETED.test(token);
}

/**
 * Whether a text is a token that can stand in place of a number. `known` are tokens that the notes
 * of the sheet or the contract explain. Case and outer spaces do not matter.
 */
export function isMarker(text: string, known: ReadonlySet<string> = new Set()): boolean {
  const token = text.trim();
  if (token === "" || token.length > 40) return false;
  const lower = token.toLowerCase();
  return MEANINGS.has(lower) || known.has(token) || BOUND.test(token) || isBracketed(token);
}

/** The meaning by convention; the publisher's own notes count more. Null if there is none. */
export function conventionalMeaning(token: string): string | null {
  const lower = token.trim().toLowerCase();
  if (BOUND.test(lower)) return "bounded: the exact number is withheld";
  const said = MEANINGS.get(lower);
  if (said !== undefined) return said;
  const letters = /^\(?([a-z]{1,3})\)?$/.exec(lower)?.[1] ?? "";
  return MEANINGS.get(`[${letters}]`) ?? null;
}
