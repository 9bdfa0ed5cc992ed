// Reads:  silver views, ops.export, data/exports
// Writes: data/exports/<source>.parquet and .md, catalog.parquet, datapackage.json; ops.export
// Key:    contract version + keys of the current loads + the writer
// Errors: EXPORT_FAILED, STORAGE_*, DATABASE_*; a failed export leaves the file as it was
export { CATALOG_COLUMNS, type CatalogSource, catalogRow, dataPackage } from "./catalog.ts";
export { type ExportFile, pageOf } from "./page.ts";
export {
  contentKey,
  type ExportAction,
  type ExportFacts,
  type ExportSource,
  type FoundFile,
  plan,
} from "./plan.ts";
