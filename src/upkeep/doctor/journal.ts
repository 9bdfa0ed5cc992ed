import { CanonryError } from "../../model/errors.ts";

/** The word that opens a journal. */
export const JOURNAL_SCHEMA = "canonry/doctor-journal@1";
export const JOURNALS = "data/stray/journals";

/** One line of a journal. `moving` and `returning` are written before, `moved` and `returned` after. */
export interface JournalLine {
  readonly at: string;
  readonly by: string;
  readonly what:
    | "begun"
    | "moving"
    | "moved"
    | "kept"
    | "removed"
    | "returning"
    | "returned"
    | "stayed";
  readonly schema?: string;
  readonly from?: string;
  readonly to?: string | null;
  readonly sha256?: string;
  readonly size_bytes?: number;
  readonly reason?: string;
}

/** The last that a journal says of one file. Paths are those of the first move: `from` is where it stood. */
export interface JournalEntry {
  readonly from: string;
  readonly to: string | null;
  readonly sha256: string;
  readonly what: JournalLine["what"];
}

/** What a journal says of each file, in its order. A last line that was cut short says nothing. Throws JOURNAL_INVALID. */
export function readJournal(text: string, path: string): readonly JournalEntry[] {
  const lines = text.split("\n");
  const entries = new Map<string, JournalEntry>();
  for (const [at, line] of lines.entries()) {
    if (line === "") continue;
    const read = parsed(line);
    if (at === 0 && read?.schema !== JOURNAL_SCHEMA)
      throw new CanonryError("JOURNAL_INVALID", `${path} is no journal`, { file: path, line: 1 });
    if (read === null && at === lines.length - 1) break;
    if (read === null)
      throw new CanonryError("JOURNAL_INVALID", "a line cannot be read", {
        file: path,
        line: at + 1,
      });
    const { from, to, sha256, what } = read;
    if (from === undefined) continue;
    const known = entries.get(from);
    entries.set(from, {
      from,
      to: to ?? known?.to ?? null,
      sha256: sha256 ?? known?.sha256 ?? "",
      what,
    });
  }
  return [...entries.values()];
}

function parsed(line: string): JournalLine | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "what" in value
      ? (value as JournalLine)
      : null;
  } catch {
    return null;
  }
}

/** Begun, and nothing says how it ended. */
export function isUnfinished({ what }: JournalEntry): boolean {
  return what === "moving" || what === "returning";
}
