import type { DataLayer } from "../../data-layer/data-layer.ts";
import { readAll } from "../../data-layer/file-bytes.ts";
import type { Executor } from "../../database/database.ts";
import { exportDigest } from "../../database/export/export-digest.ts";
import type { ExportRow } from "../../database/export/exports.ts";
import type { ArtifactToVerify } from "../../database/inquiry/verifications.ts";
import { digestOfParquet } from "../../formats/parquet-digest.ts";
import { CanonryError } from "../../model/errors.ts";
import { type Difference, type DifferenceKind, differenceIn } from "./difference.ts";

/** An artifact that loads came from is in the store; `deep`: byte for byte. */
export async function verifyArtifact(
  data: DataLayer,
  { sha256, file_name, size_bytes, is_purged }: ArtifactToVerify,
  deep: boolean,
): Promise<readonly Difference[]> {
  if (is_purged) return [];
  const found: Difference[] = [];
  const tell = (kind: DifferenceKind, what: string): void => {
    found.push(differenceIn(kind, {}, `artifact ${sha256} (${file_name}) ${what}`));
  };
  const facts = await data.artifactFacts(sha256, deep);
  if (size_bytes === null) tell("artifact_missing", "is not in the ledger");
  if (facts === null) tell("artifact_missing", "is not in the store");
  else if (size_bytes !== null && facts.sizeBytes !== size_bytes) {
    tell("artifact_differs", `has ${facts.sizeBytes} bytes, the ledger ${size_bytes}`);
  } else if (facts.sha256 !== null && facts.sha256 !== sha256) {
    tell("artifact_differs", `has the sha256 ${facts.sha256}`);
  }
  return found;
}

/** The Parquet file of a source is what the ledger says; `deep`: its bytes, and its rows read back. */
export async function verifyExport(
  { executor, data }: { readonly executor: Executor; readonly data: DataLayer },
  { source, rows, exported }: ExportRow,
  deep: boolean,
): Promise<readonly Difference[]> {
  if (exported === null) {
    return [differenceIn("export_missing", { source }, "it was never exported")];
  }
  const name = `${source}.parquet`;
  const differs = (what: string): Difference =>
    differenceIn("export_differs", { source }, `${name} ${what}`);
  const facts = await data.exportFacts(name, deep);
  if (facts === null) return [differenceIn("export_missing", { source }, `${name} is not there`)];
  if (facts.sizeBytes !== exported.size_bytes) {
    return [differs(`has ${facts.sizeBytes} bytes, the ledger ${exported.size_bytes}`)];
  }
  const expected = await exportDigest(executor, source);
  const found: Difference[] = [];
  if (exported.rows !== rows || exported.digest !== expected.digest) {
    const [was, is] = [exported, { rows, digest: expected.digest }].map(described);
    found.push(differs(`was made of ${was}, current are ${is}`));
  }
  if (!deep) return found;
  if (facts.sha256 !== exported.sha256) {
    found.push(differs(`has the sha256 ${facts.sha256}, the ledger ${exported.sha256}`));
  }
  const back = await readBack(data, name, expected.columns);
  if (typeof back === "string") found.push(differs(`cannot be read back: ${back}`));
  else if (back.rows !== exported.rows || back.digest !== exported.digest) {
    found.push(differs(`holds ${described(back)}, the ledger has ${described(exported)}`));
  }
  return found;
}

function described({ rows, digest }: { readonly rows: number; readonly digest: string | null }) {
  return `${rows} rows with the digest ${digest ?? "none"}`;
}

function readBack(
  data: DataLayer,
  name: string,
  columns: Parameters<typeof digestOfParquet>[1],
): Promise<{ readonly rows: number; readonly digest: string } | string> {
  return data.withScratch(async (folder) => {
    const bytes = await data.openExport(name);
    if (bytes === null) return "it is not there";
    const parquet = `${folder}/rows.parquet`;
    try {
      await data.writeScratch(parquet, readAll(bytes));
      return await digestOfParquet(parquet, columns, folder);
    } catch (error) {
      const known = ["EXPORT_FAILED", "STORAGE_DAMAGED"];
      if (error instanceof CanonryError && known.includes(error.code)) return error.message;
      throw error;
    }
  });
}
