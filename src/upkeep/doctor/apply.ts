import type { AsideMover } from "../../data-layer/home/move-aside.ts";
import { CanonryError } from "../../model/errors.ts";
import type { Planned } from "../../model/stage.ts";
import {
  isUnfinished,
  JOURNAL_SCHEMA,
  JOURNALS,
  type JournalEntry,
  type JournalLine,
  readJournal,
} from "./journal.ts";
import type { Move } from "./strays.ts";

export interface DoctorNeeds {
  readonly mover: AsideMover;
  /** Text of a file of the home; null if there is none. */
  readText(path: string): Promise<string | null>;
  readonly by: string;
  now(): string;
  newId(): string;
}

/** What became of one file. */
export interface Moved extends Move {
  readonly done: boolean;
  /** Why not, where it was not. */
  readonly reason: string;
}

export interface FixReport {
  /** Null where nothing was to be moved. */
  readonly journal: string | null;
  readonly moved: readonly Moved[];
}

/**
 * Moves each file, or leaves it as it is and says why; before and after each a line of the journal, which is on
 * the disk before the file moves. Killed anywhere, every file stands under one of its two names or both, and
 * `settle` does the rest. Memory: one chunk.
 */
export async function apply(
  todo: readonly Planned<Move>[],
  needs: DoctorNeeds,
): Promise<FixReport> {
  if (todo.length === 0) return { journal: null, moved: [] };
  const journal = `${JOURNALS}/${needs.newId()}.jsonl`;
  const write = writerOf(journal, needs);
  await write({ what: "begun", schema: JOURNAL_SCHEMA });
  const moved: Moved[] = [];
  for (const { action, reason } of todo) {
    const why = await refused(() => moveOne(action, reason, write, needs.mover));
    if (why !== null && action.to !== null)
      await write({ what: "kept", from: action.from, to: action.to, reason: why });
    moved.push({ ...action, done: why === null, reason: why ?? reason });
  }
  return { journal, moved };
}

type Write = (line: Omit<JournalLine, "at" | "by">) => Promise<void>;

function writerOf(journal: string, { mover, by, now }: DoctorNeeds, text = "\n"): Write {
  // A line that was cut short stays a line of its own.
  let lead = text.endsWith("\n") ? "" : "\n";
  return async (line) => {
    await mover.append(journal, `${lead}${JSON.stringify({ at: now(), by, ...line })}\n`);
    lead = "";
  };
}

/** Null where it was done, else why not. A full or broken disk ends everything. */
async function refused(work: () => Promise<string | null>): Promise<string | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CanonryError && error.code !== "STORAGE_FULL") return error.message;
    throw error;
  }
}

async function moveOne(
  { from, to }: Move,
  reason: string,
  write: Write,
  mover: AsideMover,
): Promise<string | null> {
  if (to === null) {
    if (!(await mover.dropFolder(from))) return "something is in it";
    await write({ what: "removed", from, to: null, reason });
    return null;
  }
  const sha256 = await mover.digestOf(from);
  if (sha256 === null) return "it is there no more";
  await write({ what: "moving", from, to, sha256, reason });
  if (!(await mover.move(from, to))) return `${to} is taken`;
  await write({ what: "moved", from, to });
  return null;
}

/**
 * Ends what journals began and a kill cut short. Gives the files that were seen to; a journal that cannot be
 * read is passed over, and told by a plan.
 */
export async function settle(
  journals: readonly string[],
  needs: DoctorNeeds,
): Promise<readonly Moved[]> {
  const settled: Moved[] = [];
  for (const journal of journals) {
    const text = (await needs.readText(journal)) ?? "";
    const write = writerOf(journal, needs, text);
    for (const entry of openIn(text, journal))
      settled.push(await settleOne(entry, write, needs.mover));
  }
  return settled;
}

function openIn(text: string, journal: string): readonly JournalEntry[] {
  try {
    return readJournal(text, journal).filter(isUnfinished);
  } catch (error) {
    if (error instanceof CanonryError && error.code === "JOURNAL_INVALID") return [];
    throw error;
  }
}

async function settleOne(entry: JournalEntry, write: Write, mover: AsideMover): Promise<Moved> {
  const [back, stood] = [entry.what === "returning", entry.to ?? ""];
  const [from, to] = back ? [stood, entry.from] : [entry.from, stood];
  const done = await arrived(from, to, entry.sha256, mover);
  const [good, bad] = back ? (["returned", "stayed"] as const) : (["moved", "kept"] as const);
  const reason = "it was cut short";
  await write({ what: done ? good : bad, from: entry.from, to: entry.to, reason });
  return { from, to, done, reason };
}

/** Whether a file stands under its new name; under the old one then no more. */
async function arrived(
  source: string,
  target: string,
  sha256: string,
  mover: AsideMover,
): Promise<boolean> {
  if ((await mover.digestOf(target)) !== sha256) return false;
  if ((await mover.digestOf(source)) === sha256) await mover.drop(source);
  return true;
}

/**
 * Moves back what a journal moved, the last first. What changed since, or whose old name is taken, stays and is
 * told. Throws JOURNAL_INVALID, FILE_MISSING.
 */
export async function undo(journal: string, needs: DoctorNeeds): Promise<FixReport> {
  const text = await needs.readText(journal);
  if (text === null)
    throw new CanonryError("FILE_MISSING", `no journal at ${journal}`, { file: journal });
  readJournal(text, journal);
  await settle([journal], needs);
  const known = (await needs.readText(journal)) ?? "";
  const write = writerOf(journal, needs, known);
  const moved: Moved[] = [];
  for (const entry of readJournal(known, journal).toReversed()) {
    if (!["moved", "stayed"].includes(entry.what) || entry.to === null) continue;
    const why = await refused(() => returnOne(entry, entry.to ?? "", write, needs.mover));
    if (why !== null) await write({ what: "stayed", from: entry.from, to: entry.to, reason: why });
    moved.push({ from: entry.to, to: entry.from, done: why === null, reason: why ?? "undone" });
  }
  return { journal, moved };
}

async function returnOne(
  { from, sha256 }: JournalEntry,
  to: string,
  write: Write,
  mover: AsideMover,
): Promise<string | null> {
  const now = await mover.digestOf(to);
  if (now === null) return "it is there no more";
  if (now !== sha256) return "it was changed since";
  await write({ what: "returning", from, to });
  if (!(await mover.move(to, from))) return `${from} is taken`;
  await write({ what: "returned", from, to });
  return null;
}
