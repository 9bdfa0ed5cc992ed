import type { ContractColumn, SourceContract } from "../../model/manifest/manifest.ts";
import type { MarkInReleases } from "../../model/marks/mark-meaning.ts";

/** What the page and the catalogue say of an export. */
export interface ExportFile {
  readonly publication_name: string;
  readonly domain: string;
  readonly landing_page: string | null;
  readonly rows: number;
  readonly size_bytes: number;
  readonly sha256: string;
  readonly periods: number;
  readonly first_period: string | null;
  readonly last_period: string | null;
}

/** The page of a source: what it is, one row, its columns and marks. Markdown. */
export function pageOf(
  contract: SourceContract,
  file: ExportFile,
  marks: readonly MarkInReleases[],
): string {
  const grain = contract.grain.length === 0 ? "one row as published" : contract.grain.join(" + ");
  const said = contract.description;
  return [
    `# ${contract.title}`,
    "",
    ...(said === undefined || said === contract.title ? [] : [said, ""]),
    `- Source: \`${contract.code}\` of ${file.publication_name}${file.landing_page === null ? "" : ` (<${file.landing_page}>)`}`,
    `- One row: ${grain}${contract.layout === "unpivot" ? ", one observation" : ""}`,
    `- Periods: ${file.periods} (${file.first_period ?? ""} to ${file.last_period ?? ""}), ${file.rows} rows`,
    `- Coverage: ${contract.coverage === "cumulative" ? "each release repeats the history; a period comes from the latest one" : "each release holds its own period"}`,
    `- File: \`${contract.code}.parquet\`, ${file.size_bytes} bytes, sha256 \`${file.sha256}\``,
    "",
    "| column | type | role | unit | header | marks | meaning |",
    "|---|---|---|---|---|---|---|",
    "| period | text | time | | | | Period of the data |",
    "| period_start | date | time | | | | First day |",
    "| period_end | date | time | | | | Last day |",
    ...contract.columns.filter((column) => column.role !== "period").map(columnLine),
    "",
    "A mark stands in `<column>_marker` where a number is not published, and the number is then NULL, or where it stands beside the number. A NULL without a mark is an empty cell.",
    "",
    ...(marks.length === 0 ? [] : marksTable(marks)),
  ].join("\n");
}

function marksTable(marks: readonly MarkInReleases[]): readonly string[] {
  return [
    "| mark | meaning | kind | said by | releases |",
    "|---|---|---|---|---|",
    ...marks.map(({ token, meaning, kind, said_by, said_in, releases }) =>
      tableLine([
        `\`${token}\``,
        meaning,
        kind,
        said_in === null ? said_by : `${said_by}: ${said_in}`,
        releases === null ? "" : releases.join(", "),
      ]),
    ),
    "",
  ];
}

function columnLine(column: ContractColumn): string {
  const cells = [
    column.name,
    column.type,
    column.role,
    column.unit ?? "",
    column.headers[0] ?? "",
    column.markers.map((marker) => `\`${marker}\``).join(" "),
    column.description ?? "",
  ];
  return tableLine(cells);
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/\s+/g, " ").replaceAll("|", "\\|")).join(" | ")} |`;
}
