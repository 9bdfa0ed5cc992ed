/** All limits on input, in one place. Each can be set under `limits` in config/settings.yaml. */
export interface Limits {
  readonly archive_entries: number;
  readonly archive_total_bytes: number;
  /** Inflated bytes over stored bytes, checked while inflating, beyond the first 10 MiB. */
  readonly archive_ratio: number;
  readonly archive_depth: number;
  readonly sheet_cells: number;
  readonly sheet_merges: number;
  readonly cell_bytes: number;
  readonly shared_strings_bytes: number;
  readonly csv_record_bytes: number;
  readonly table_columns: number;
  readonly legacy_seconds: number;
  readonly legacy_memory_mb: number;
  readonly page_bytes: number;
  readonly page_depth: number;
  readonly page_links: number;
  /** Pages of one publication that are looked at in one survey. */
  readonly pages: number;
  readonly yaml_bytes: number;
  readonly yaml_depth: number;
  readonly yaml_keys: number;
}

export const LIMITS: Limits = {
  archive_entries: 1_000,
  archive_total_bytes: 1 << 30,
  archive_ratio: 200,
  archive_depth: 1,
  sheet_cells: 50_000_000,
  sheet_merges: 200_000,
  cell_bytes: 1 << 20,
  shared_strings_bytes: 256 << 20,
  csv_record_bytes: 16 << 20,
  table_columns: 1_500,
  legacy_seconds: 60,
  legacy_memory_mb: 1_024,
  page_bytes: 8 << 20,
  page_depth: 1_000,
  page_links: 5_000,
  pages: 60,
  yaml_bytes: 16 << 20,
  yaml_depth: 32,
  yaml_keys: 400_000,
};
