import { sha256, stableJson } from "../../model/hash.ts";
import type { SourceContract } from "../../model/manifest/manifest.ts";
import type { MarkInReleases } from "../../model/marks/mark-meaning.ts";
import type { Plan, Planned } from "../../model/stage.ts";

/** What the ledger says of one source, and what stands among the exports. */
export interface ExportSource {
  readonly source: string;
  readonly publication: string;
  readonly contract: SourceContract;
  readonly version: number;
  /** Stands for what the current loads hold. */
  readonly content: string;
  readonly marks: readonly MarkInReleases[];
  readonly rows: number;
  readonly periods: number;
  readonly first_period: string | null;
  readonly last_period: string | null;
  readonly first_day: string | null;
  readonly last_day: string | null;
  readonly exported: {
    readonly content_key: string;
    readonly sha256: string;
    readonly size_bytes: number;
    readonly rows: number;
  } | null;
}

/** A file that is there; its sha256 only where it was asked for. */
export interface FoundFile {
  readonly sizeBytes: number;
  readonly sha256: string | null;
}

export interface ExportFacts {
  readonly sources: readonly ExportSource[];
  /** By file name. */
  readonly files: ReadonlyMap<string, FoundFile>;
  /** Of what writes the files: another writer may give other bytes. */
  readonly writer: string;
}

export interface ExportAction {
  readonly source: ExportSource;
  readonly contentKey: string;
}

/** Stands for all that the bytes of an export depend on. */
export function contentKey(source: ExportSource, writer: string): string {
  return sha256(stableJson([source.source, source.version, source.content, source.rows, writer]));
}

/** Pure: only what changed, or what is missing or damaged, is written. */
export function plan(facts: ExportFacts): Plan<ExportAction> {
  const todo: Planned<ExportAction>[] = [];
  const skipped: { key: string; reason: string }[] = [];
  for (const source of facts.sources) {
    const key = contentKey(source, facts.writer);
    const reason = reasonToWrite(source, key, facts.files);
    if (reason === null)
      skipped.push({ key: source.source, reason: "it holds what the database holds" });
    else todo.push({ key: source.source, action: { source, contentKey: key }, reason });
  }
  return { todo, skipped };
}

function reasonToWrite(
  { source, exported }: ExportSource,
  key: string,
  files: ReadonlyMap<string, FoundFile>,
): string | null {
  if (exported === null) return "never exported";
  if (exported.content_key !== key) return "the data changed";
  const file = files.get(`${source}.parquet`);
  if (file === undefined) return "the file is missing";
  if (!files.has(`${source}.md`)) return "its page is missing";
  if (file.sizeBytes !== exported.size_bytes) return "the file has another size";
  return file.sha256 !== null && file.sha256 !== exported.sha256
    ? "the file has other bytes"
    : null;
}
