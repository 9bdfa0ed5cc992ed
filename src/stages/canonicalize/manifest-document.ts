import { sha256, stableJson } from "../../model/hash.ts";
import type { Drift, Ruling } from "../../model/manifest/drift.ts";
import type {
  CanonicalManifest,
  HistoryEntry,
  SourceContract,
} from "../../model/manifest/manifest.ts";
import { underRulings } from "./rulings.ts";

/** A manifest of a publication that has no source yet. */
export function emptyManifest(publication: string, name: string): CanonicalManifest {
  return sealed({
    schema: "canonry/manifest@1",
    state: "canonical",
    publication,
    name,
    version: 0,
    digest: "",
    sources: [],
    history: [],
  });
}

/** The next version: one source's contract put in its place, and what changed. */
export function withContract(
  manifest: CanonicalManifest,
  contract: SourceContract,
  change: { readonly period: string; readonly drift: readonly Drift[] },
): CanonicalManifest {
  const known = manifest.sources.some((source) => source.code === contract.code);
  const sources = known
    ? manifest.sources.map((source) => (source.code === contract.code ? contract : source))
    : [...manifest.sources, contract];
  return nextVersion(
    { ...manifest, sources },
    "backfill",
    change.period,
    changeLines(contract.code, change.drift),
  );
}

export function nextVersion(
  manifest: CanonicalManifest,
  by: HistoryEntry["by"],
  period: string,
  changes: readonly string[],
): CanonicalManifest {
  const version = manifest.version + 1;
  const entry: HistoryEntry = { version, period, by, changes };
  return sealed({ ...manifest, version, history: [...manifest.history, entry] });
}

/** The next version: what a person decided, and what it changes in the contracts. */
export function withRulings(
  manifest: CanonicalManifest,
  rulings: readonly Ruling[],
  period: string,
): CanonicalManifest {
  const ids = new Set(rulings.map((one) => one.id));
  const kept = (manifest.decisions ?? []).filter((one) => !ids.has(one.id));
  const decisions = [...kept, ...rulings];
  const sources = manifest.sources.map((source) => underRulings(source, decisions));
  const changes = rulings.map(({ verdict, by, source, kind, column, before, after }) =>
    [`${source}: ${verdict} by ${by}: ${kind}`, column, arrow({ before, after })]
      .filter((text) => text !== undefined && text !== "")
      .join(" "),
  );
  return nextVersion({ ...manifest, sources, decisions }, "person", period, changes);
}

/** Told in the report and kept in the ledger; they change no contract. */
const UNWRITTEN: readonly Drift["kind"][] = [
  "column_empty",
  "column_reordered",
  "column_back",
  "source_back",
  "category_new",
  "category_gone",
];

/** Differences of a source in words, as the history keeps them. */
export function changeLines(source: string, drift: readonly Drift[]): readonly string[] {
  const lines = drift
    .filter((one) => !UNWRITTEN.includes(one.kind))
    .map((one) =>
      `${source}: ${one.kind} ${one.column ?? ""} ${arrow(one)}`.replace(/\s+/g, " ").trim(),
    );
  return lines.length > 0 ? lines : [`${source}: contract changed`];
}

function arrow(drift: {
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}): string {
  if (drift.before !== undefined && drift.after !== undefined)
    return `${drift.before} -> ${drift.after}`;
  return drift.after ?? drift.before ?? "";
}

/** sha256 of what the document says; comments and order of keys do not count, nor does `digest` itself. */
export function digestOf(manifest: CanonicalManifest): string {
  return sha256(stableJson({ ...manifest, digest: "" }));
}

/** The document with the digest that says that the program wrote it. */
export function sealed(manifest: CanonicalManifest): CanonicalManifest {
  return { ...manifest, digest: digestOf(manifest) };
}

/** Differences between two manifests in words, for the history and for a conflict. */
export function differences(
  before: CanonicalManifest,
  after: CanonicalManifest,
): readonly string[] {
  const lines: string[] = [];
  for (const source of after.sources) {
    const old = before.sources.find((one) => one.code === source.code);
    if (old === undefined) lines.push(`${source.code}: added`);
    else lines.push(...contractDifferences(old, source));
  }
  for (const source of before.sources) {
    if (!after.sources.some((one) => one.code === source.code))
      lines.push(`${source.code}: removed`);
  }
  if (before.name !== after.name) lines.push(`name: ${before.name} -> ${after.name}`);
  return lines;
}

function contractDifferences(before: SourceContract, after: SourceContract): readonly string[] {
  const lines: string[] = [];
  const { columns: oldColumns, ...oldRest } = before;
  const { columns: newColumns, ...newRest } = after;
  lines.push(...fieldDifferences(after.code, oldRest, newRest));
  for (const column of newColumns) {
    const old = oldColumns.find((one) => one.name === column.name);
    const place = `${after.code}.${column.name}`;
    if (old === undefined) lines.push(`${place}: added`);
    else lines.push(...fieldDifferences(place, old, column));
  }
  for (const column of oldColumns) {
    if (!newColumns.some((one) => one.name === column.name)) {
      lines.push(`${after.code}.${column.name}: removed`);
    }
  }
  return lines;
}

function fieldDifferences(place: string, before: object, after: object): readonly string[] {
  const old = new Map(Object.entries(before));
  const fresh = new Map(Object.entries(after));
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .filter((key) => stableJson(old.get(key)) !== stableJson(fresh.get(key)))
    .map((key) => `${place}: ${key} ${stableJson(old.get(key))} -> ${stableJson(fresh.get(key))}`);
}
