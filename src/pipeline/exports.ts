import { readFile } from "../data-layer/file-bytes.ts";
import { exportDigest } from "../database/export-digest.ts";
import {
  copySource,
  type ExportRow,
  exportRecord,
  exportRows,
  forgetExport,
  isAppendedInOrder,
  recordExport,
  staleExports,
  viewColumns,
  withDigits,
} from "../database/exports.ts";
import { type CopyText, copyLine, PARQUET_WRITER, parquetFromCopy } from "../formats/parquet.ts";
import { digestOfParquet } from "../formats/parquet-digest.ts";
import type { DigestColumn } from "../model/digest/row-digest.ts";
import { CanonryError } from "../model/errors.ts";
import { sha256, stableJson } from "../model/hash.ts";
import type { ExportReport } from "../model/report.ts";
import {
  CATALOG_COLUMNS,
  type CatalogSource,
  catalogRow,
  dataPackage,
  type ExportAction,
  type ExportFile,
  type FoundFile,
  pageOf,
  plan,
} from "../stages/export/index.ts";
import type { World } from "./world.ts";

const CATALOG = "catalog.parquet";
const PACKAGE = "datapackage.json";

/**
 * Brings data/exports to what the database holds: only what changed is written, each file whole or not at
 * all. `deep` compares the bytes of every file. A source that fails is in the report and hides no other.
 */
export function exportSources(
  world: World,
  options: ExportOptions,
): Promise<readonly ExportReport[]> {
  return world.database.inTurn("canonry.exports", async () => {
    for (let round = 1; ; round++) {
      const reports = await exportOnce(world, options);
      // A load that another run committed meanwhile shows as rows too many: look again.
      if (round === MOST_ROUNDS || reports.every((one) => one.status !== "failed")) return reports;
    }
  });
}

export interface ExportOptions {
  /** Empty: all. */
  readonly sources: readonly string[];
  /** Compare bytes, not only sizes. */
  readonly deep: boolean;
}

const MOST_ROUNDS = 3;

async function exportOnce(world: World, options: ExportOptions): Promise<readonly ExportReport[]> {
  const rows = await exportRows(world.database);
  const unknown = options.sources.find((source) => !rows.some((row) => row.source === source));
  if (unknown !== undefined)
    throw new CanonryError("SOURCE_UNKNOWN", `no source is called ${unknown}`);
  const chosen = rows.filter(
    (row) => options.sources.length === 0 || options.sources.includes(row.source),
  );
  const files = await filesOf(world, rows, options.deep);
  const { todo, skipped } = plan({ sources: chosen, files, writer: PARQUET_WRITER });
  const reports: ExportReport[] = skipped.map(({ key, reason }) => {
    const known = rows.find((row) => row.source === key);
    return {
      source: key,
      status: "unchanged",
      rows: known?.rows ?? 0,
      path: `${key}.parquet`,
      reason,
    };
  });
  for (const { action, reason } of todo) reports.push(await exportSource(world, action, reason));
  await removeStale(world);
  if (rows.length > 0) await exportCatalog(world);
  return reports.toSorted((a, b) => (a.source < b.source ? -1 : 1));
}

/** A source that holds nothing any more has no export, and without any there is no catalogue. */
async function removeStale(world: World): Promise<void> {
  for (const name of await staleExports(world.database, CATALOG)) {
    const files = name === CATALOG ? [CATALOG, PACKAGE] : [`${name}.parquet`, `${name}.md`];
    for (const file of files) await world.data.removeExport(file);
    await forgetExport(world.database, name);
  }
}

async function filesOf(
  world: World,
  rows: readonly ExportRow[],
  deep: boolean,
): Promise<ReadonlyMap<string, FoundFile>> {
  const files = new Map<string, FoundFile>();
  for (const { source } of rows) {
    for (const name of [`${source}.parquet`, `${source}.md`]) {
      const found = await world.data.exportFacts(name, deep && name.endsWith(".parquet"));
      if (found !== null) files.set(name, found);
    }
  }
  return files;
}

async function exportSource(
  world: World,
  { source, contentKey }: ExportAction,
  reason: string,
): Promise<ExportReport> {
  const path = `${source.source}.parquet`;
  try {
    const columns = await withDigits(
      world.database,
      source.source,
      await viewColumns(world.database, source.source),
    );
    const inOrder = await isAppendedInOrder(world.database, source.source);
    const rows = { ...copySource(world.database, source.source, columns), inOrder };
    const { columns: covered, digest } = await exportDigest(world.database, source.source);
    const proof = (parquet: string, folder: string) =>
      proveParquet(parquet, folder, covered, digest);
    const written = await writeParquet(world, path, rows, source.rows, proof);
    const record = {
      content_key: contentKey,
      sha256: written.sha256,
      size_bytes: written.sizeBytes,
      rows: source.rows,
      path,
      digest,
    };
    await world.data.putExportText(
      `${source.source}.md`,
      pageOf(source.contract, fileOf(world, source, record), source.marks),
    );
    await recordExport(world.database, source.source, record);
    return { source: source.source, status: "written", rows: source.rows, path, reason };
  } catch (error) {
    if (!(error instanceof CanonryError)) throw error;
    return { source: source.source, status: "failed", rows: 0, path, reason: error.describe() };
  }
}

/** Rows for a Parquet file: in what order they come unless they are asked for sorted, is to be seen. */
interface Rows extends Omit<CopyText, "path"> {
  /** Whether they may be expected to ascend by themselves. */
  readonly inOrder: boolean;
  lines(sorted: boolean): AsyncIterable<Uint8Array>;
}

/** Writes a Parquet file aside, checks its rows, and only then replaces the old one. */
async function writeParquet(
  world: World,
  name: string,
  rows: Rows,
  expected: number,
  proof: (parquet: string, folder: string) => Promise<void> = async () => undefined,
): Promise<{ readonly sizeBytes: number; readonly sha256: string }> {
  const { data } = world;
  return data.withScratch(async (folder) => {
    const parquet = `${folder}/rows.parquet`;
    const write = (sorted: boolean): Promise<number | null> => {
      const path = `${folder}/${sorted ? "sorted" : "rows"}`;
      return data.lendChunks(path, rows.lines(sorted), () =>
        parquetFromCopy(
          { ...rows, path, ascending: sorted ? [] : rows.ascending },
          parquet,
          folder,
        ),
      );
    };
    const written = (rows.inOrder ? await write(false) : null) ?? (await write(true));
    if (written !== expected) {
      throw new CanonryError(
        "EXPORT_FAILED",
        `${written ?? "unsorted"} rows came out, the ledger has ${expected}`,
      );
    }
    await proof(parquet, folder);
    return data.putExport(name, parquet);
  });
}

/** The rows of the file, read back, are those that the loads were committed with. */
async function proveParquet(
  parquet: string,
  folder: string,
  columns: readonly DigestColumn[],
  expected: string,
): Promise<void> {
  const { digest } = await digestOfParquet(parquet, columns, { folder, read: readFile });
  if (digest === expected) return;
  throw new CanonryError(
    "EXPORT_FAILED",
    `the digest of the rows read back is ${digest}, the ledger has ${expected}`,
  );
}

function fileOf(
  world: World,
  source: Pick<ExportRow, "publication" | "periods" | "first_period" | "last_period">,
  record: { readonly rows: number; readonly size_bytes: number; readonly sha256: string },
): ExportFile {
  const publication = world.config.publications.find((one) => one.code === source.publication);
  return {
    publication_name: publication?.name ?? source.publication,
    domain: publication?.domain ?? "",
    landing_page: publication?.landing_page ?? null,
    rows: record.rows,
    size_bytes: record.size_bytes,
    sha256: record.sha256,
    periods: source.periods,
    first_period: source.first_period,
    last_period: source.last_period,
  };
}

/** catalog.parquet and datapackage.json, over all sources that have an export. */
async function exportCatalog(world: World): Promise<void> {
  const rows = await exportRows(world.database);
  const sources: CatalogSource[] = [];
  const basis = rows.map((row) => [row.source, row.exported?.content_key, row.exported?.sha256]);
  const key = sha256(
    stableJson([
      basis,
      world.config.publications.map(({ code, name, domain }) => [code, name, domain]),
      PARQUET_WRITER,
    ]),
  );
  const known = await exportRecord(world.database, CATALOG);
  const found = await world.data.exportFacts(CATALOG, false);
  const hasPackage = (await world.data.exportFacts(PACKAGE, false)) !== null;
  if (known?.content_key === key && found?.sizeBytes === known.size_bytes && hasPackage) return;
  for (const row of rows) {
    if (row.exported === null) continue;
    sources.push({
      contract: row.contract,
      publication: row.publication,
      version: row.version,
      first_day: row.first_day,
      last_day: row.last_day,
      file: fileOf(world, row, row.exported),
      columns: await viewColumns(world.database, row.source),
    });
  }
  const text = sources.map((source) => copyLine(catalogRow(source))).join("");
  const lines = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from(text);
  };
  const catalog = { columns: CATALOG_COLUMNS, ascending: [], leftOut: [], inOrder: true, lines };
  const written = await writeParquet(world, CATALOG, catalog, sources.length);
  await world.data.putExportText(PACKAGE, dataPackage(sources));
  await recordExport(world.database, CATALOG, {
    content_key: key,
    sha256: written.sha256,
    size_bytes: written.sizeBytes,
    rows: sources.length,
    path: CATALOG,
    digest: null,
  });
}
