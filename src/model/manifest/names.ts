import { sha256 } from "../hash.ts";

/** Postgres cuts identifiers at 63 bytes; `_marker`, `_meaning` and `_vintages` must still fit behind a name. */
export const LONGEST_NAME = 54;

/** Behind the name of a source: the view of all its vintages. No source has a name that ends so. */
export const VINTAGES = "_vintages";

const RESERVED = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between binary both case cast
  check collate collation column concurrently constraint create cross current_catalog current_date
  current_role current_schema current_time current_timestamp current_user default deferrable desc
  distinct do else end except false fetch for foreign freeze from full grant group having ilike in
  initially inner intersect into is isnull join lateral leading left like limit localtime
  localtimestamp natural not notnull null offset on only or order outer overlaps placing primary
  references returning right select session_user similar some symmetric system_user table tablesample
  then to trailing true union unique user using variadic verbose when where window with cmax cmin ctid
  tableoid xmax xmin oid constructor prototype period period_start period_end`.split(/\s+/),
);

/** What stands behind the name of a measure for its marks and what they mean: no name of its own ends so. */
const BEHIND = /_(?:marker|meaning)$/;

/**
 * Small letters of European alphabets that are no letter with an accent, as Unicode folds them: CLDR,
 * common/transforms/Latin-ASCII.xml.
 */
const FOLDED: ReadonlyMap<string, string> = new Map(
  "æ ae,đ d,ð d,ħ h,ı i,ĸ q,ł l,ŋ n,œ oe,ø o,ß ss,ŧ t,þ th"
    .split(",")
    .map((pair): [string, string] => [pair.slice(0, 1), pair.slice(2)]),
);

/**
 * A name by rule from any text: `[a-z][a-z0-9_]*`, at most 54 bytes. Accents are folded; a text with
 * no letter or digit gives `column`; a name that begins with a digit gets `n_`, a reserved word `_value`
 * behind it, and so does a name that ends in `_marker` or `_meaning`; a longer one is cut and gets the first
 * 8 hex digits of its hash.
 */
export function nameOf(text: string): string {
  const words = text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[æđðħıĸłŋœøßŧþ]/g, (letter) => FOLDED.get(letter) ?? letter)
    .replace(/&/g, " and ")
    .replace(/%/g, " percent ")
    .replace(/£/g, " gbp ")
    .replace(/['’]/g, "")
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  if (words === "") return /\S/.test(text) ? `column_${sha256(text).slice(0, 8)}` : "column";
  const safe = /^[0-9]/.test(words) ? `n_${words}` : words;
  const free = RESERVED.has(safe) || BEHIND.test(safe) ? `${safe}_value` : safe;
  return shorten(free, LONGEST_NAME);
}

/** The name of a source from a name by rule: one that ends as views of vintages do gets `_table` behind it. */
export function sourceName(name: string): string {
  const short = shorten(name, LONGEST_NAME);
  return short.endsWith(VINTAGES) ? shorten(`${short}_table`, LONGEST_NAME) : short;
}

/** Cuts to `longest` bytes with a hash of the whole at the end, so different names stay different. */
export function shorten(name: string, longest: number): string {
  if (name.length <= longest) return name;
  return `${name.slice(0, longest - 9).replace(/_+$/, "")}_${sha256(name).slice(0, 8)}`;
}

/** Names that all differ: `name`, or `name_2`, `name_3`… : the first that is not taken. */
export class FreeNames {
  private readonly taken: Set<string>;
  /** By name the number to try next: those below it are taken. */
  private readonly next = new Map<string, number>();

  constructor(taken: Iterable<string> = []) {
    this.taken = new Set(taken);
  }

  /** The first free name, which is taken from now on. */
  take(name: string): string {
    let free = name;
    let n = this.next.get(name) ?? 1;
    while (this.taken.has(free)) {
      n++;
      free = `${shorten(name, LONGEST_NAME - 1 - String(n).length)}_${n}`;
    }
    this.next.set(name, n);
    this.taken.add(free);
    return free;
  }
}

/** Publication codes and source codes: what may stand in a path, a table name and an address. */
export function isCode(text: string): boolean {
  return /^[a-z][a-z0-9_]{0,39}$/.test(text) && !/^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/.test(text);
}
