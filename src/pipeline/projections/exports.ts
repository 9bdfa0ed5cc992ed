import { exportDigest } from "../../database/export/export-digest.ts";
import {
  copySource,
  type ExportRow,
  exportRows,
  forgetExport,
  isAppendedInOrder,
  periodsOf,
  recordExport,
  staleExports,
  viewColumns,
  withDigits,
} from "../../database/export/exports.ts";
import { PARQUET_WRITER } from "../../formats/parquet.ts";
import { CanonryError } from "../../model/errors.ts";
import type { ExportReport } from "../../model/report.ts";
import {
  type ExportAction,
  type ExportFacts,
  type FoundFile,
  pageOf,
  plan,
} from "../../stages/export/index.ts";
import type { World } from "../world.ts";
import { CATALOG, catalogLag, exportCatalog, fileOf, PACKAGE } from "./export-catalog.ts";
import { proveParquet, writeParquet } from "./write-parquet.ts";

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
  const { todo, skipped } = plan(await factsOf(world, chosen, options.deep));
  const reports: ExportReport[] = [];
  for (const { key, reason } of skipped) {
    const row = rows.find((one) => one.source === key);
    if (row !== undefined) reports.push(await keptExport(world, row, reason));
  }
  for (const { action, reason } of todo) reports.push(await exportSource(world, action, reason));
  await removeStale(world);
  const now = await exportRows(world.database);
  if (now.length > 0) await exportCatalog(world, now);
  return reports.toSorted((a, b) => (a.source < b.source ? -1 : 1));
}

/** A source that holds nothing any more has no export, and without any there is no catalogue. */
async function removeStale(world: World): Promise<void> {
  for (const name of await staleExports(world.database, CATALOG)) {
    for (const file of filesOf(name)) await world.data.removeExport(file);
    await forgetExport(world.database, name);
  }
}

async function factsOf(
  world: World,
  rows: readonly ExportRow[],
  deep: boolean,
): Promise<ExportFacts> {
  const files = new Map<string, FoundFile>();
  for (const { source } of rows) {
    for (const name of [`${source}.parquet`, `${source}.md`]) {
      const found = await world.data.exportFacts(name, deep && name.endsWith(".parquet"));
      if (found !== null) files.set(name, found);
    }
  }
  return { sources: rows, files, writer: PARQUET_WRITER };
}

/** The page of a source as it should be. */
function pageText(
  world: World,
  row: Omit<ExportRow, "exported">,
  record: Parameters<typeof fileOf>[2],
): string {
  return pageOf(row.contract, fileOf(world, row, record), row.marks);
}

/** A file that holds what the database holds; its page is written again if it was edited, or said otherwise. */
async function keptExport(world: World, row: ExportRow, reason: string): Promise<ExportReport> {
  const { source, rows, exported } = row;
  const report = { source, rows, path: `${source}.parquet` };
  const text = exported === null ? null : pageText(world, row, exported);
  if (text === null || (await world.data.readExportText(`${source}.md`)) === text)
    return { ...report, status: "unchanged", reason };
  await world.data.putExportText(`${source}.md`, text);
  return { ...report, status: "written", reason: "its page was not what the database says" };
}

/**
 * Files among the exports that are not what the database says, and why. Reads only: every byte of them where they
 * stand in the home, else their sizes.
 */
export async function exportLags(
  world: World,
): Promise<readonly { readonly path: string; readonly reason: string }[]> {
  const rows = await exportRows(world.database);
  const deep = world.data.storageOf("exports").properties.localPaths;
  const facts = await factsOf(world, rows, deep);
  const { todo, skipped } = plan(facts);
  const lags = todo.map(({ key, reason }) => {
    const [parquet, page] = [`${key}.parquet`, `${key}.md`];
    const lacksPage = facts.files.has(parquet) && !facts.files.has(page);
    return { path: lacksPage ? page : parquet, reason };
  });
  for (const row of rows.filter((one) => skipped.some(({ key }) => key === one.source))) {
    const path = `${row.source}.md`;
    const text = row.exported === null ? null : pageText(world, row, row.exported);
    if (text !== null && (await world.data.readExportText(path)) !== text)
      lags.push({ path, reason: "it is not what the database says" });
  }
  const stale = (await staleExports(world.database, CATALOG)).flatMap(filesOf);
  for (const path of stale) {
    if ((await world.data.exportFacts(path, false)) === null) continue;
    lags.push({ path, reason: "nothing is current of what it holds" });
  }
  return [...lags, ...(await catalogLag(world, rows))];
}

/** The files of an export. */
export function filesOf(name: string): readonly string[] {
  return name === CATALOG ? [CATALOG, PACKAGE] : [`${name}.parquet`, `${name}.md`];
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
    const periods = await periodsOf(world.database, source.source);
    const rows = { ...copySource(world.database, source.source, columns, periods), inOrder };
    const { columns: covered, digest } = await exportDigest(world.database, source.source);
    const proof = (parquet: string, folder: string) =>
      proveParquet(parquet, folder, covered, digest);
    const written = await writeParquet(world.data, path, rows, source.rows, proof);
    const record = {
      content_key: contentKey,
      sha256: written.sha256,
      size_bytes: written.sizeBytes,
      rows: source.rows,
      path,
      digest,
    };
    await world.data.putExportText(`${source.source}.md`, pageText(world, source, record));
    await recordExport(world.database, source.source, record);
    return { source: source.source, status: "written", rows: source.rows, path, reason };
  } catch (error) {
    if (!(error instanceof CanonryError)) throw error;
    return { source: source.source, status: "failed", rows: 0, path, reason: error.describe() };
  }
}
