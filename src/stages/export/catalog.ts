import type { SourceContract } from "../../model/manifest/manifest.ts";
import type { ExportFile } from "./page.ts";

export interface CatalogSource {
  readonly contract: SourceContract;
  readonly publication: string;
  readonly version: number;
  readonly first_day: string | null;
  readonly last_day: string | null;
  readonly file: ExportFile;
  /** As in the Parquet file. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

const COLUMNS = [
  ["source_code", "text"],
  ["publication", "text"],
  ["domain", "text"],
  ["title", "text"],
  ["description", "text"],
  ["row_count", "bigint"],
  ["column_count", "bigint"],
  ["file_size_kb", "numeric"],
  ["min_date", "date"],
  ["max_date", "date"],
  ["first_period", "text"],
  ["last_period", "text"],
  ["periods", "bigint"],
  ["grain", "text"],
  ["coverage", "text"],
  ["columns", "text"],
  ["sha256", "text"],
  ["file_path", "text"],
  ["md_path", "text"],
] as const;

/** The columns of catalog.parquet. */
export const CATALOG_COLUMNS = COLUMNS.map(([name, type]) =>
  type === "numeric" ? { name, type, digits: { whole: 15, fraction: 1 } } : { name, type },
);

/** The row of a source, in the order of the columns. Paths are relative to the home. */
export function catalogRow(source: CatalogSource): readonly (string | number | null)[] {
  const { contract, file } = source;
  return [
    contract.code,
    source.publication,
    file.domain,
    contract.title,
    contract.description ?? contract.title,
    file.rows,
    source.columns.length,
    (file.size_bytes / 1024).toFixed(1),
    source.first_day,
    source.last_day,
    file.first_period,
    file.last_period,
    file.periods,
    contract.grain.join(", "),
    contract.coverage,
    JSON.stringify(source.columns.map((column) => column.name)),
    file.sha256,
    `data/exports/${contract.code}.parquet`,
    `data/exports/${contract.code}.md`,
  ];
}

const FIELD_TYPES: Readonly<Record<string, string>> = {
  text: "string",
  bigint: "integer",
  numeric: "number",
  date: "date",
  timestamp: "datetime",
  boolean: "boolean",
};

/** datapackage.json. Source: Data Package v1, https://specs.frictionlessdata.io/data-package/. */
export function dataPackage(sources: readonly CatalogSource[]): string {
  const resources = sources.map(({ contract, columns, file }) => ({
    name: contract.code.replaceAll("_", "-"),
    path: `${contract.code}.parquet`,
    format: "parquet",
    mediatype: "application/vnd.apache.parquet",
    title: contract.title,
    description: contract.description ?? contract.title,
    bytes: file.size_bytes,
    hash: `sha256:${file.sha256}`,
    schema: {
      fields: columns.map((column) => ({
        name: column.name,
        type: FIELD_TYPES[column.type] ?? "any",
        ...described(contract, column.name),
      })),
      ...(contract.grain.length === 0 ? {} : { primaryKey: ["period", ...contract.grain] }),
    },
  }));
  return `${JSON.stringify({ profile: "data-package", name: "canonry-exports", resources }, null, 2)}\n`;
}

function described(contract: SourceContract, name: string): { description?: string } {
  const description = contract.columns.find((column) => column.name === name)?.description;
  return description === undefined ? {} : { description };
}
