import type { VersionDiff } from "../inquiry/versions.ts";
import { type Changelog, type ChangelogEntry, madeBy } from "../model/manifest/changelog.ts";
import { type FieldChange, type SourceChange, showValue } from "../model/manifest/manifest-diff.ts";

/** A changelog as a person reads it in a terminal: a paragraph a version. */
export function renderChangelog(changelog: Changelog): string {
  const head = `${changelog.publication}: ${changelog.name}`;
  return [head, ...changelog.entries.map(entryText)].join("\n\n");
}

function entryText(entry: ChangelogEntry): string {
  const day = entry.created_at === null ? "" : ` ${entry.created_at.slice(0, 10)}`;
  const run = entry.run_id === null ? "" : ` (run ${entry.run_id})`;
  const lines = [`version ${entry.version}${day}, by ${madeBy(entry)}${run}`];
  let source: string | null = null;
  for (const line of entry.changes) {
    if (line.source !== null && line.source !== source) lines.push(`  ${line.source}`);
    source = line.source;
    lines.push(`    ${line.text}`);
    if (line.evidence !== null) lines.push(`      ${line.evidence}`);
  }
  return lines.join("\n");
}

/** Signs as in a diff of texts: + added, - removed, ~ changed with before and after below each other. */
export function renderDiff(diff: VersionDiff): string {
  const head = `${diff.publication}: version ${diff.from ?? "(none)"} -> ${diff.to}`;
  const lines = [
    ...diff.fields.flatMap((field) => fieldLines(field, "")),
    ...diff.added.map((one) => `+ ${one.code}: ${one.title}, ${one.columns.length} columns`),
    ...diff.removed.map((one) => `- ${one.code}: ${one.title}, ${one.columns.length} columns`),
    ...diff.changed.flatMap(sourceLines),
  ];
  return [head, ...(lines.length === 0 ? ["nothing differs"] : lines)].join("\n");
}

function sourceLines(one: SourceChange): readonly string[] {
  return [
    `~ ${one.code}`,
    ...one.fields.flatMap((field) => fieldLines(field, "  ")),
    ...one.added.map((column) => `  + ${column.name}: ${column.type}, ${column.role}`),
    ...one.removed.map((column) => `  - ${column.name}: ${column.type}, ${column.role}`),
    ...one.changed.flatMap((column) => [
      `  ~ ${column.name}`,
      ...column.fields.flatMap((field) => fieldLines(field, "    ")),
    ]),
  ];
}

function fieldLines({ field, before, after }: FieldChange, indent: string): readonly string[] {
  return [
    `${indent}~ ${field}`,
    `${indent}    before: ${showValue(before)}`,
    `${indent}    after:  ${showValue(after)}`,
  ];
}
