import type { SeenEntry } from "./observation.ts";

/** What stands below a name, whatever it is. */
const ANYTHING = "**";

const DAY = String.raw`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`;
const BACKUP = String.raw`\d{8}T\d{6}-[0-9a-f]{10}`;
const SERVER = String.raw`data|password|port|keep|starting\.lock.*|making-.*|(?:password|keep|port)\.tmp`;

/**
 * What the components write in their places: for each place the ways below it, a pattern for each name; folders
 * but for the last, which is a file. In a place that is not here any name may stand.
 */
const CONTENTS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "data/acquire": [
    ["[0-9a-f]{2}", "[0-9a-f]{64}"],
    ["incoming", ANYTHING],
  ],
  "data/state": [[String.raw`state\.json`]],
  "data/database": [[SERVER, ANYTHING]],
  // Which names are of a source the ledger says.
  "data/exports": [[".+"]],
  "data/logs/events": [[DAY, String.raw`.+\.jsonl`]],
  "data/archive": [
    ["logs", String.raw`\d{4}-\d\d\.jsonl\.gz`],
    ["incoming", ANYTHING],
  ],
  "data/backups": [
    [String.raw`warehouse\.json`],
    [BACKUP, ANYTHING],
    ["parts", "[0-9a-f]{2}", String.raw`[0-9a-f]{64}\.gz`],
    ["artifacts", "[0-9a-f]{2}", "[0-9a-f]{64}"],
    ["tombstones", ANYTHING],
    ["incoming", ANYTHING],
  ],
};

/** What a thing is where a component writes; null: no place says what stands there. */
export type Belonging =
  /** `isOpen`: a folder in which the next name is known too. */
  | { readonly kind: "own"; readonly isOpen: boolean }
  | { readonly kind: "strange" }
  /** It stands in a folder that is strange itself. */
  | { readonly kind: "below" };

export function belongingOf({ path, kind }: Pick<SeenEntry, "path" | "kind">): Belonging | null {
  const place = Object.keys(CONTENTS).find((one) => path.startsWith(`${one}/`));
  if (place === undefined) return null;
  const names = path.slice(place.length + 1).split("/");
  const ways = CONTENTS[place] ?? [];
  const above = names.slice(0, -1);
  if (above.length > 0 && !ways.some((one) => fits(one, above, "folder"))) return { kind: "below" };
  const way = ways.find((one) => fits(one, names, kind));
  if (way === undefined) return { kind: "strange" };
  return { kind: "own", isOpen: way.length > names.length && way[names.length] !== ANYTHING };
}

/** Whether a thing stands where something else belongs, or in such a folder. */
export function isStrange(entry: Pick<SeenEntry, "path" | "kind">): boolean {
  return ["strange", "below"].includes(belongingOf(entry)?.kind ?? "");
}

function leads(way: readonly string[], names: readonly string[]): boolean {
  return names.every((name, at) => {
    const pattern = way[Math.min(at, way.length - 1)] ?? "";
    if (pattern === ANYTHING) return true;
    return at < way.length && new RegExp(`^(?:${pattern})$`).test(name);
  });
}

/** Whether a thing of this kind stands on the way. Links and the like are told of where they block a place. */
function fits(way: readonly string[], names: readonly string[], kind: SeenEntry["kind"]): boolean {
  if (!leads(way, names)) return false;
  if (way[Math.min(names.length, way.length - 1)] === ANYTHING) return true;
  return kind !== (names.length < way.length ? "file" : "folder");
}
