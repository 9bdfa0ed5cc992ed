import { byKey } from "../by-key.ts";
import type { Drift } from "./drift.ts";
import type { CanonicalManifest } from "./manifest.ts";
import { diffManifests, showChange } from "./manifest-diff.ts";

/** A version of a manifest as the database keeps it, without its document. */
export interface StoredVersion {
  readonly version: number;
  readonly by: string;
  readonly run_id: string | null;
  /** ISO instant. */
  readonly created_at: string;
}

/** Drift that a load applied. */
export interface AppliedDrift {
  readonly run_id: string;
  readonly source: string;
  readonly drift: Drift;
}

export interface ChangelogLine {
  /** Null: of the publication itself. */
  readonly source: string | null;
  readonly text: string;
  /** What was seen and where; null where nobody wrote it down. */
  readonly evidence: string | null;
}

export interface ChangelogEntry {
  readonly version: number;
  /** ISO instant; null for a version that came with an imported manifest. */
  readonly created_at: string | null;
  readonly by: string;
  /** Period whose release brought it; "" where none did. */
  readonly period: string;
  readonly run_id: string | null;
  readonly changes: readonly ChangelogLine[];
}

/** How a manifest became what it is, newest first. */
export interface Changelog {
  readonly publication: string;
  readonly name: string;
  readonly entries: readonly ChangelogEntry[];
}

/** Documents of a manifest by their version. */
export type Documents = ReadonlyMap<number, CanonicalManifest>;

/**
 * The versions of a manifest with the drift that made them. `stored` are those that the database has, oldest
 * first; older ones that only the history of the document tells are taken from there. `documents` holds the
 * last, and those of `comparedVersions`. Null if there is none. Pure: equal rows give an equal changelog.
 */
export function changelogOf(
  stored: readonly StoredVersion[],
  documents: Documents,
  drift: readonly AppliedDrift[],
): Changelog | null {
  const last = documents.get(stored.at(-1)?.version ?? 0);
  if (last === undefined) return null;
  const { publication, name } = last;
  const entries = stepsOf(stored, last, drift)
    .toSorted((a, b) => b.version - a.version)
    .map((step): ChangelogEntry => {
      const { version, row, told } = step;
      return {
        version,
        created_at: row?.created_at ?? null,
        by: row?.by ?? told?.by ?? "backfill",
        period: told?.period ?? "",
        run_id: row?.run_id ?? null,
        changes: changesOf(step, documents),
      };
    });
  return { publication, name, entries };
}

/** The versions that are compared with each other, since no drift tells what changed from one to the next. */
export function comparedVersions(
  stored: readonly StoredVersion[],
  last: CanonicalManifest,
  drift: readonly AppliedDrift[],
): readonly number[] {
  const compared = stepsOf(stored, last, drift).filter(isCompared);
  return [
    ...new Set(compared.flatMap(({ version, before }) => [before?.version ?? [], version].flat())),
  ];
}

/** One version, and what is known of how it came about. */
interface Step {
  readonly version: number;
  /** Null: only the history of the document knows it. */
  readonly row: StoredVersion | null;
  readonly before: StoredVersion | null;
  readonly told: CanonicalManifest["history"][number] | null;
  /** That its run applied; columns that are empty are no change of the manifest. */
  readonly drift: readonly AppliedDrift[];
}

function stepsOf(
  stored: readonly StoredVersion[],
  { history }: CanonicalManifest,
  drift: readonly AppliedDrift[],
): readonly Step[] {
  const told = new Map(history.map((one) => [one.version, one]));
  const places = new Map(stored.map((one, at) => [one.version, at]));
  const changes = drift.filter((one) => one.drift.kind !== "column_empty");
  const byRun = byKey(changes, (one) => one.run_id);
  return [...new Set([...told.keys(), ...places.keys()])].map((version) => {
    const at = places.get(version) ?? -1;
    const row = stored[at] ?? null;
    return {
      version,
      row,
      before: stored[at - 1] ?? null,
      told: told.get(version) ?? null,
      drift: byRun.get(row?.run_id ?? "") ?? [],
    };
  });
}

function isCompared({ row, before, told, drift }: Step): boolean {
  if (row === null) return false;
  if (row.by !== "backfill") return before !== null || row.version === 1;
  const sources = (told?.changes ?? []).map((line) => toldLine(line).source);
  return before !== null && sources.some((source) => !drift.some((one) => one.source === source));
}

function changesOf(step: Step, documents: Documents): readonly ChangelogLine[] {
  const { row, before, drift } = step;
  const plain = (step.told?.changes ?? []).map(toldLine);
  const after = row === null || !isCompared(step) ? undefined : documents.get(row.version);
  const seen =
    after === undefined ? [] : diffLines(documents.get(before?.version ?? 0) ?? null, after);
  if (row === null) return plain;
  if (row.by !== "backfill") return after === undefined ? plain : seen;
  const sources = [...new Set(plain.map((line) => line.source))];
  return sources.flatMap((source) => {
    const own = drift.filter((one) => one.source === source);
    const ofSource = (line: ChangelogLine): boolean => line.source === source;
    if (own.length === 0)
      return seen.some(ofSource) ? seen.filter(ofSource) : plain.filter(ofSource);
    return own.map((one) => ({ source, text: driftText(one.drift), evidence: one.drift.evidence }));
  });
}

/** "code: what" or "code.column: what", as the history of the document keeps it. */
function toldLine(line: string): ChangelogLine {
  const match = /^([a-z][a-z0-9_]*)(\.[a-z][a-z0-9_]*)?: (.*)$/s.exec(line);
  if (match?.[1] === undefined) return { source: null, text: line, evidence: null };
  const column = match[2] === undefined ? "" : `column ${match[2].slice(1)}: `;
  return { source: match[1], text: `${column}${match[3] ?? ""}`, evidence: null };
}

const WORDS: Readonly<Record<string, string>> = {
  source_new: "new source",
  sheet_renamed: "sheet renamed",
  column_added: "added",
  column_retyped: "retyped",
  marker_new: "new mark",
};

function driftText({ kind, column, before, after }: Drift): string {
  const words = WORDS[kind] ?? kind.replaceAll("_", " ");
  if (kind === "source_new") return words;
  const what = column === undefined ? words : `column ${column} ${words}`;
  if (before !== undefined && after !== undefined) return `${what}: ${before} -> ${after}`;
  return after === undefined ? what : `${what}: ${after}`;
}

function diffLines(
  before: CanonicalManifest | null,
  after: CanonicalManifest,
): readonly ChangelogLine[] {
  const diff = diffManifests(before, after);
  const line = (source: string | null, text: string): ChangelogLine => ({
    source,
    text,
    evidence: null,
  });
  return [
    ...diff.fields.map((field) => line(null, showChange(field))),
    ...diff.added.map((one) => line(one.code, `new source, ${one.columns.length} columns`)),
    ...diff.removed.map((one) => line(one.code, "removed")),
    ...diff.changed.flatMap((one) => [
      ...one.fields.map((field) => line(one.code, showChange(field))),
      ...one.added.map((column) => line(one.code, `column ${column.name} added: ${column.type}`)),
      ...one.removed.map((column) => line(one.code, `column ${column.name} removed`)),
      ...one.changed.flatMap((column) =>
        column.fields.map((field) => line(one.code, `column ${column.name} ${showChange(field)}`)),
      ),
    ]),
  ];
}

/** Who made a version, and what brought it. */
export function madeBy({ by, period }: Pick<ChangelogEntry, "by" | "period">): string {
  const after = period === "" ? "" : `, after ${period}`;
  if (by === "backfill") return `the release of ${period}`;
  if (by === "import") return `an imported manifest${after}`;
  return by === "person" ? `a person's edit${after}` : `${by.replaceAll("_", " ")}${after}`;
}

/** The changelog as Markdown, newest first. Equal changelogs give equal bytes; days are UTC. */
export function changelogMarkdown(changelog: Changelog): string {
  const parts = changelog.entries.map((entry) => {
    const day = entry.created_at === null ? "" : `, ${entry.created_at.slice(0, 10)}`;
    const sources = [...new Set(entry.changes.map((line) => line.source))];
    const lines = sources.flatMap((source) => [
      ...(source === null ? [] : [`- \`${source}\``]),
      ...entry.changes
        .filter((line) => line.source === source)
        .map((line) => `${source === null ? "" : "  "}- ${bullet(line)}`),
    ]);
    return [`## Version ${entry.version}${day}`, `By ${safe(madeBy(entry))}.`, lines.join("\n")]
      .filter((part) => part !== "")
      .join("\n\n");
  });
  const head = [
    `# ${safe(changelog.name)}: history of the manifest`,
    `Written by canonry from its database, newest first; \`canonry history ${changelog.publication}\` prints it.`,
  ];
  return `${[...head, ...parts].join("\n\n")}\n`;
}

function bullet({ text, evidence }: ChangelogLine): string {
  return evidence === null ? safe(text) : `${safe(text)} (${safe(evidence)})`;
}

/** Words of publishers stay words: nothing of them is markup, and none ends the line. */
function safe(text: string): string {
  return text
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ")
    .trim()
    .replace(/[\\`*_[\]<>|#]/g, "\\$&");
}
