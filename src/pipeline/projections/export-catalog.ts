import {
  type ExportRecord,
  type ExportRow,
  exportRecord,
  recordExport,
  viewColumns,
} from "../../database/export/exports.ts";
import { copyLine, PARQUET_WRITER } from "../../formats/parquet.ts";
import { sha256, stableJson } from "../../model/hash.ts";
import {
  CATALOG_COLUMNS,
  type CatalogSource,
  catalogRow,
  dataPackage,
  type ExportFile,
  type FoundFile,
} from "../../stages/export/index.ts";
import type { World } from "../world.ts";
import { writeParquet } from "./write-parquet.ts";

export const CATALOG = "catalog.parquet";
export const PACKAGE = "datapackage.json";

/** What pages and catalogue tell of the file of a source. */
export function fileOf(
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

interface Catalog {
  /** Stands for all that the catalogue depends on. */
  readonly key: string;
  readonly sources: readonly CatalogSource[];
}

/** What the catalogue should hold. Reads only. */
async function catalogOf(world: World, rows: readonly ExportRow[]): Promise<Catalog> {
  const sources: CatalogSource[] = [];
  const basis = rows.map((row) => [row.source, row.exported?.content_key, row.exported?.sha256]);
  const key = sha256(
    stableJson([
      basis,
      world.config.publications
        .filter(({ code }) => rows.some((row) => row.publication === code))
        .map(({ code, name, domain }) => [code, name, domain]),
      PARQUET_WRITER,
    ]),
  );
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
  return { key, sources };
}

/** Which files of the catalogue are not what they should be, and why. */
export async function catalogLag(
  world: World,
  rows: readonly ExportRow[],
): Promise<readonly { readonly path: string; readonly reason: string }[]> {
  if (rows.length === 0) return [];
  return lagOf(world, await catalogOf(world, rows));
}

async function lagOf(
  world: World,
  { key, sources }: Catalog,
): Promise<readonly { readonly path: string; readonly reason: string }[]> {
  const known = await exportRecord(world.database, CATALOG);
  const found = await world.data.exportFacts(CATALOG, true);
  const text = await world.data.readExportText(PACKAGE);
  const lag = [
    { path: CATALOG, reason: catalogReason(key, known, found) },
    {
      path: PACKAGE,
      reason:
        text === null
          ? "the file is missing"
          : text === dataPackage(sources)
            ? null
            : "it is not what the database says",
    },
  ];
  return lag.flatMap(({ path, reason }) => (reason === null ? [] : [{ path, reason }]));
}

function catalogReason(
  key: string,
  known: ExportRecord | null,
  found: FoundFile | null,
): string | null {
  if (known === null) return "never exported";
  if (found === null) return "the file is missing";
  if (found.sha256 !== known.sha256) return "the file has other bytes";
  return known.content_key === key ? null : "the data changed";
}

/** catalog.parquet and datapackage.json, over all sources that have an export. */
export async function exportCatalog(world: World, rows: readonly ExportRow[]): Promise<void> {
  const catalog = await catalogOf(world, rows);
  if ((await lagOf(world, catalog)).length === 0) return;
  const { key, sources } = catalog;
  const text = sources.map((source) => copyLine(catalogRow(source))).join("");
  const lines = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from(text);
  };
  const order = { key: null, ascending: [], leftOut: [], inOrder: true };
  const table = { columns: CATALOG_COLUMNS, ...order, lines };
  const written = await writeParquet(world.data, CATALOG, table, sources.length);
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
