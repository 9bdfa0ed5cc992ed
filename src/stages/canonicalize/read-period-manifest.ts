import type { ColumnType } from "../../model/manifest/manifest.ts";
import { nameOf } from "../../model/manifest/names.ts";
import type {
  ImportFinding,
  PeriodColumn,
  PeriodFile,
  PeriodManifest,
  PeriodSource,
} from "../../model/manifest/period-manifest.ts";
import { configPeriod } from "../../model/period/read-periods.ts";

/** A YAML document that was read, and where its keys stand. */
export interface ManifestYaml {
  readonly value: unknown;
  lineOf(path: readonly (string | number)[]): number;
}

type Path = readonly (string | number)[];

/** Keys that are read, or known and left: they say how another system loads. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  document: ["manifest", "sources"],
  manifest: ["name", "description", "created_at", "source_url", "publication_context"],
  source: [
    "code",
    "name",
    "description",
    "notes",
    "metadata",
    "table",
    "enabled",
    "files",
    "columns",
  ],
  file: ["url", "sheet", "extract", "period", "mode"],
  column: [
    "original_name",
    "semantic_name",
    "description",
    "data_type",
    "is_dimension",
    "is_measure",
    "query_keywords",
  ],
};

/**
 * What `<publication>_<period>_canonical.yaml` names, the longest end that is a period; null if the name
 * is not of this kind.
 */
export function placeManifest(path: string): { publication: string; period: string } | null {
  const stem = /(?:^|\/)([^/]+)_canonical\.ya?ml$/i.exec(path)?.[1];
  const words = stem?.split("_") ?? [];
  for (let at = 1; at < words.length; at++) {
    const period = configPeriod(words.slice(at).join("_"));
    if (period !== null) return { publication: words.slice(0, at).join("_").toLowerCase(), period };
  }
  return null;
}

/** Reads one manifest as liberally as it can; what it cannot take is a finding. Pure. */
export function readPeriodManifest(
  place: { readonly file: string; readonly publication: string; readonly period: string },
  yaml: ManifestYaml,
): { readonly manifest: PeriodManifest; readonly findings: readonly ImportFinding[] } {
  const reader = new Reader(place.file, place.period, yaml);
  return { manifest: { ...place, sources: reader.sources() }, findings: reader.findings };
}

class Reader {
  readonly findings: ImportFinding[] = [];
  private readonly file: string;
  private readonly period: string;
  private readonly yaml: ManifestYaml;

  constructor(file: string, period: string, yaml: ManifestYaml) {
    this.file = file;
    this.period = period;
    this.yaml = yaml;
  }

  sources(): readonly PeriodSource[] {
    const document = recordOf(this.yaml.value);
    this.unknownKeys(document, "document", []);
    this.unknownKeys(recordOf(document["manifest"]), "manifest", ["manifest"]);
    if (!Array.isArray(document["sources"])) {
      this.find("conflict", [], null, "it has no list of sources");
      return [];
    }
    return document["sources"].flatMap((item: unknown, at) => this.source(item, ["sources", at]));
  }

  private source(item: unknown, path: Path): readonly PeriodSource[] {
    const source = recordOf(item);
    const code = textOf(source["code"]) ?? "";
    if (!/^[a-z][a-z0-9_]{0,53}$/.test(code)) {
      this.find(
        "conflict",
        [...path, "code"],
        null,
        `${JSON.stringify(code)} is no code of a source`,
      );
      return [];
    }
    this.unknownKeys(source, "source", path, code);
    if (source["enabled"] === false) {
      this.find("note", [...path, "enabled"], code, "it was not loaded there: left out");
      return [];
    }
    const files = listOf(source["files"]).flatMap((one, at) =>
      this.fileOf(one, [...path, "files", at], code),
    );
    const columns = listOf(source["columns"]).flatMap((one, at) =>
      this.column(one, [...path, "columns", at], code),
    );
    return [
      {
        code,
        line: this.yaml.lineOf([...path, "code"]),
        name: textOf(source["name"]) ?? code,
        description: textOf(source["description"]),
        table: textOf(source["table"]),
        files,
        columns: this.alone(columns, code),
      },
    ];
  }

  private fileOf(item: unknown, path: Path, code: string): readonly PeriodFile[] {
    const file = recordOf(item);
    this.unknownKeys(file, "file", path, code);
    const period = textOf(file["period"]);
    if (period !== null && configPeriod(period) !== this.period) {
      const message = `a file of period ${period} in the manifest of ${this.period}: the manifest's counts`;
      this.find("note", [...path, "period"], code, message);
    }
    const name = textOf(file["extract"]) ?? lastStep(textOf(file["url"]) ?? "");
    if (name === "") {
      this.find("conflict", path, code, "a file without url");
      return [];
    }
    return [{ name, sheet: textOf(file["sheet"]) }];
  }

  private column(item: unknown, path: Path, code: string): readonly PeriodColumn[] {
    const column = recordOf(item);
    this.unknownKeys(column, "column", path, code);
    const header = textOf(column["original_name"]) ?? "";
    if (header === "") {
      this.find("conflict", path, code, "a column without original_name");
      return [];
    }
    const said = textOf(column["semantic_name"]);
    const name = nameOf(said ?? header);
    if (said !== null && said !== name) {
      this.find(
        "note",
        [...path, "semantic_name"],
        code,
        `${said} is no name of a column here: ${name}`,
      );
    }
    const dataType = textOf(column["data_type"]);
    const type = dataType === null ? null : typeOf(dataType);
    if (dataType !== null && type === null) {
      this.find(
        "note",
        [...path, "data_type"],
        code,
        `the type ${dataType} is unknown: the data decide`,
      );
    }
    return [
      {
        line: this.yaml.lineOf([...path, "original_name"]),
        header,
        name,
        description: textOf(column["description"]),
        type,
        measure: column["is_measure"] === true,
      },
    ];
  }

  /** Of columns that share a name or a header in one manifest none is taken: one could be either. */
  private alone(columns: readonly PeriodColumn[], code: string): readonly PeriodColumn[] {
    return columns.filter((column) => {
      const twin = columns.find(
        (one) => one !== column && (one.name === column.name || one.header === column.header),
      );
      if (twin === undefined) return true;
      const message = `${JSON.stringify(column.header)} and ${JSON.stringify(twin.header)} (line ${twin.line}) are both ${column.name}`;
      this.findAt("conflict", column.line, code, message);
      return false;
    });
  }

  private unknownKeys(
    record: Readonly<Record<string, unknown>>,
    kind: string,
    path: Path,
    code: string | null = null,
  ): void {
    for (const key of Object.keys(record)) {
      if (KEYS[kind]?.includes(key) !== true)
        this.find("note", [...path, key], code, `the key ${key} is unknown: left`);
    }
  }

  private find(
    kind: ImportFinding["kind"],
    path: Path,
    source: string | null,
    message: string,
  ): void {
    this.findAt(kind, this.yaml.lineOf(path), source, message);
  }

  private findAt(
    kind: ImportFinding["kind"],
    line: number,
    source: string | null,
    message: string,
  ): void {
    this.findings.push({ kind, file: this.file, line, source, message });
  }
}

const TYPES: readonly (readonly [RegExp, ColumnType])[] = [
  [/^(?:varchar|char|character|text|string|str)/, "text"],
  [/^(?:int|integer|bigint|smallint|int\d)/, "bigint"],
  [/^(?:numeric|decimal|double|float|real|number)/, "numeric"],
  [/^(?:timestamp|datetime)/, "timestamp"],
  [/^date$/, "date"],
  [/^bool/, "boolean"],
];

function typeOf(text: string): ColumnType | null {
  return TYPES.find(([pattern]) => pattern.test(text.trim().toLowerCase()))?.[1] ?? null;
}

function lastStep(url: string): string {
  const step = (url.split(/[?#]/)[0] ?? "").split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}
