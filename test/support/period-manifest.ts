import { renderYaml } from "../../src/formats/yaml.ts";

/** A source as the manifests of single periods have it. Columns: header, name, type, measure or not. */
export interface MadeSource {
  readonly code: string;
  readonly table?: string;
  readonly name?: string;
  readonly description?: string;
  readonly enabled?: boolean;
  readonly file: string;
  readonly sheet?: string;
  readonly columns?: readonly (readonly [header: string, name: string, type?: string])[];
  readonly more?: Readonly<Record<string, unknown>>;
}

/** The YAML of a manifest of one period, in the shape of the systems before this one. */
export function periodManifest(period: string, sources: readonly MadeSource[]): string {
  return renderYaml({
    manifest: {
      name: `made_${period}`,
      description: "Generated from https://stats.example/made",
      created_at: "2026-01-08",
      source_url: "https://stats.example/made",
      publication_context: { page_title: "Made" },
    },
    sources: sources.map((one) => ({
      code: one.code,
      name: one.name ?? one.code,
      ...(one.description === undefined ? {} : { description: one.description }),
      metadata: { record_type: "aggregate_summary", tags: ["made"] },
      table: one.table ?? `tbl_${one.code}`,
      enabled: one.enabled ?? true,
      files: [
        {
          url: `https://stats.example/1A/2B/${encodeURIComponent(one.file)}`,
          ...(one.sheet === undefined ? {} : { sheet: one.sheet }),
          mode: "replace",
          period,
        },
      ],
      ...(one.columns === undefined ? {} : { columns: one.columns.map(columnOf) }),
      ...one.more,
    })),
  });
}

function columnOf([header, name, type = "varchar"]: readonly [string, string, string?]): object {
  const measure = type !== "varchar" && type !== "date";
  return {
    original_name: header,
    semantic_name: name,
    description: `The ${name}.`,
    data_type: type,
    is_dimension: !measure,
    is_measure: measure,
    query_keywords: [name],
  };
}
