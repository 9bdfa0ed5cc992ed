import type { Planned } from "../../model/stage.ts";
import { belongingOf } from "./contents.ts";
import type { HomeSeen, SeenEntry, SeenGit } from "./observation.ts";

/** What a thing is that stands where it should not. */
export type StrayKind = "log" | "database" | "temporary" | "unowned";

/** A file to be moved, both paths relative to the home; of an empty folder, which is removed, `to` is null. */
export interface Move {
  readonly from: string;
  readonly to: string | null;
}

export interface Stray {
  readonly path: string;
  readonly kind: StrayKind;
  readonly reason: string;
  /** Why it is not moved from here; null: it is. */
  readonly stays: string | null;
}

const LOG = /\.log(?:\.\d+)?(?:\.gz)?$/i;
const DATABASE = /\.(?:db|sqlite3?|duckdb)(?:[-.](?:wal|shm|journal))?$/i;
const TEMPORARY = /\.(?:tmp|temp|unfinished|part|crdownload|swp)$|^core\.\d+$|~$/i;
/** Of files and folders: `tmpab12`, `temp_files`, and no `templates`. */
const TEMPORARY_NAME = /^(?:tmp|temp(?:$|[._\-\d]))/i;

/** What a name alone says that it is; null: it may be anybody's. */
export function strayKind({ path, kind }: SeenEntry): Exclude<StrayKind, "unowned"> | null {
  const name = path.split("/").at(-1) ?? path;
  if (TEMPORARY_NAME.test(name)) return "temporary";
  if (kind === "folder") return null;
  if (LOG.test(name)) return "log";
  if (DATABASE.test(name)) return "database";
  return TEMPORARY.test(name) ? "temporary" : null;
}

/** Folders that the program writes, with what may stand directly in them. */
const OWN_FOLDERS = ["data", "tmp", "manifests"];

/**
 * What stands where it should not: in the root only what its name betrays, since a home is a person's own
 * folder; in data/, tmp/ and manifests/ whatever no component owns. What the configuration names, what git
 * tracks and hidden things are the person's. Pure.
 */
export function straysOf(home: HomeSeen): readonly Stray[] {
  return home.entries.flatMap((entry): readonly Stray[] => {
    const found = strangeness(entry, home);
    return found === null ? [] : [{ path: entry.path, ...found, stays: whyItStays(entry, home) }];
  });
}

function strangeness(
  entry: SeenEntry,
  home: HomeSeen,
): { readonly kind: StrayKind; readonly reason: string } | null {
  const { path } = entry;
  const [top = "", ...rest] = path.split("/");
  if (isHidden(path) || isNamed(path, home.named)) return null;
  const kind = strayKind(entry);
  if (rest.length === 0) {
    if (OWN_FOLDERS.includes(path) || kind === null) return null;
    return { kind, reason: `${WORDS[kind]} in the root of the home` };
  }
  if (!OWN_FOLDERS.includes(top)) return null;
  const parent = path.slice(0, path.lastIndexOf("/"));
  const belonging = belongingOf(entry);
  if (belonging?.kind === "strange")
    return {
      kind: kind ?? "unowned",
      reason: `${WORDS[kind ?? "unowned"]} among what stands in ${parent}/`,
    };
  // What leads to a place, or stands in one, has its owner.
  if (home.places.some((place) => isWithin(place, path) || isWithin(path, place))) return null;
  // What is below a stray goes with it.
  if (!OWN_FOLDERS.includes(parent) && !home.places.some((place) => isWithin(place, parent)))
    return null;
  return {
    kind: kind ?? "unowned",
    reason: `${WORDS[kind ?? "unowned"]} in ${parent}/, which no component writes`,
  };
}

const WORDS: Readonly<Record<StrayKind, string>> = {
  log: "a log",
  database: "a database",
  temporary: "something temporary",
  unowned: "something",
};

export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function isHidden(path: string): boolean {
  return path.split("/").some((name) => name.startsWith("."));
}

/** What the configuration names, what leads to it, and what stands in it. */
function isNamed(path: string, named: HomeSeen["named"]): boolean {
  return [...(named ?? [])].some((one) => isWithin(one, path) || isWithin(path, one));
}

function whyItStays(stray: SeenEntry, { entries, git, named }: HomeSeen): string | null {
  const below = entries.filter((one) => isWithin(one.path, stray.path));
  if (below.some((one) => one.kind === "link")) return "a link is not followed";
  if (below.some((one) => one.kind === "other")) return "it is no file";
  if (below.some((one) => one.path.split("/").at(-1) === ".git")) return "it is a checkout";
  if (named === null) return "the configuration cannot be read, and may name it";
  return keptByGit(stray.path, git);
}

/** Why version control keeps a thing where it is; null: it does not. */
export function keptByGit(path: string, git: SeenGit): string | null {
  if (git.kind === "unknown") return "git does not say whether it tracks it";
  if (git.kind === "none") return null;
  return [...git.tracked].some((one) => isWithin(one, path)) ? "git tracks it" : null;
}

/** Where a stray of this kind belongs; a foreign database has no place: data/database is the server's. */
function placeOf(kind: StrayKind): string {
  if (kind === "log") return "data/logs/stray";
  return kind === "temporary" ? "tmp/stray" : "data/stray";
}

/**
 * Each file of each stray with its new name, under the day and its old path; a name that is taken gets a
 * number. Then the folders that are empty thereby, those below first.
 */
export function movesOf(
  strays: readonly Stray[],
  home: HomeSeen,
  today: string,
): readonly Planned<Move>[] {
  const taken = new Set(home.taken);
  return strays
    .filter((one) => one.stays === null)
    .flatMap(({ path, kind, reason }) => {
      const own = home.entries.filter((entry) => isWithin(entry.path, path));
      const files = own.filter((entry) => entry.kind === "file");
      const folders = own.filter((entry) => entry.kind === "folder").toReversed();
      return [
        ...files.map(({ path: from }) => {
          const to = free(`${placeOf(kind)}/${today}/${from}`, taken);
          taken.add(to);
          return { key: from, action: { from, to }, reason };
        }),
        ...folders.map(({ path: from }) => ({ key: from, action: { from, to: null }, reason })),
      ];
    });
}

function free(path: string, taken: ReadonlySet<string>): string {
  for (let number = 2, name = path; ; number++) {
    if (!taken.has(name)) return name;
    name = `${path}.${number}`;
  }
}
