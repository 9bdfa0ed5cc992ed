import { stableJson } from "../hash.ts";
import type { CanonicalManifest, ContractColumn, SourceContract } from "./manifest.ts";

/** A field of a source or column that differs; undefined stands for a field that is not there. */
export interface FieldChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface ColumnChange {
  readonly name: string;
  readonly fields: readonly FieldChange[];
}

export interface SourceChange {
  readonly code: string;
  readonly fields: readonly FieldChange[];
  readonly added: readonly ContractColumn[];
  readonly removed: readonly ContractColumn[];
  readonly changed: readonly ColumnChange[];
}

/** What differs between two manifests of a publication: what they say, not how they are written. */
export interface ManifestDiff {
  /** Of the publication itself. */
  readonly fields: readonly FieldChange[];
  readonly added: readonly SourceContract[];
  readonly removed: readonly SourceContract[];
  readonly changed: readonly SourceChange[];
}

/** In the order of the documents. `before` is null for the first version: all of it is added. */
export function diffManifests(
  before: CanonicalManifest | null,
  after: CanonicalManifest,
): ManifestDiff {
  const sources = compare(before?.sources ?? [], after.sources, (one) => one.code);
  const fields = before === null ? [] : fieldChanges({ name: before.name }, { name: after.name });
  const changed = sources.both
    // Nearly all of them, and this is a tenth of the work: a history compares each version with the one before.
    .filter(([old, fresh]) => JSON.stringify(old) !== JSON.stringify(fresh))
    .map(([old, fresh]) => sourceChange(old, fresh))
    .filter(
      (one) => one.fields.length + one.added.length + one.removed.length + one.changed.length > 0,
    );
  return { fields, added: sources.added, removed: sources.removed, changed };
}

function sourceChange(before: SourceContract, after: SourceContract): SourceChange {
  const { columns: oldColumns, ...oldFields } = before;
  const { columns: newColumns, ...newFields } = after;
  const columns = compare(oldColumns, newColumns, (one) => one.name);
  return {
    code: after.code,
    fields: fieldChanges(oldFields, newFields),
    added: columns.added,
    removed: columns.removed,
    changed: columns.both
      .map(([old, fresh]) => ({ name: fresh.name, fields: fieldChanges(old, fresh) }))
      .filter((one) => one.fields.length > 0),
  };
}

function compare<Item>(
  before: readonly Item[],
  after: readonly Item[],
  key: (item: Item) => string,
): {
  readonly added: readonly Item[];
  readonly removed: readonly Item[];
  readonly both: readonly (readonly [Item, Item])[];
} {
  const olds = new Map(before.map((one) => [key(one), one]));
  const news = new Set(after.map(key));
  return {
    added: after.filter((one) => !olds.has(key(one))),
    removed: before.filter((one) => !news.has(key(one))),
    both: after.flatMap((one) => {
      const old = olds.get(key(one));
      return old === undefined ? [] : [[old, one] as const];
    }),
  };
}

function fieldChanges(before: object, after: object): readonly FieldChange[] {
  const olds = new Map<string, unknown>(Object.entries(before));
  const news = new Map<string, unknown>(Object.entries(after));
  return [...new Set([...olds.keys(), ...news.keys()])]
    .filter((field) => stableJson(olds.get(field)) !== stableJson(news.get(field)))
    .map((field) => ({ field, before: olds.get(field), after: news.get(field) }));
}

/** A value of a field as a person reads it: lists with commas, texts as they are, nothing as (none). */
export function showValue(value: unknown): string {
  if (value === undefined || value === null || value === "") return "(none)";
  if (Array.isArray(value))
    return value.length === 0 ? "(none)" : value.map((one) => showValue(one)).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value as string);
}

export function showChange({ field, before, after }: FieldChange): string {
  return `${field.replaceAll("_", " ")}: ${showValue(before)} -> ${showValue(after)}`;
}
