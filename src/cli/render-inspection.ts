import { renderTable } from "./table.ts";

/** What `inspect` prints for people; the JSON document has more. */
export interface InspectionView {
  readonly file: string;
  readonly format: string | null;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  readonly sheets: readonly {
    readonly name: string | null;
    readonly member?: string | null;
    readonly hidden: boolean;
    readonly quarantined: boolean;
    readonly reasons?: readonly string[];
    readonly tables: readonly {
      readonly range: string;
      readonly n_rows: number;
      readonly header_rows: readonly number[];
      readonly columns: readonly {
        readonly letter: string;
        readonly name: string;
        readonly type: string;
        readonly role: string;
        readonly markers: Readonly<Record<string, number>>;
      }[];
      readonly confidence: number;
      readonly quarantined: boolean;
      readonly reasons: readonly string[];
    }[];
  }[];
}

export function renderInspection(seen: InspectionView): string {
  if (seen.error !== undefined) return `${seen.file}: ${seen.error.code}: ${seen.error.message}`;
  const lines = [`${seen.file} (${seen.format ?? "unknown"})`];
  for (const sheet of seen.sheets) {
    const place = [sheet.member ?? "", sheet.name ?? ""].filter((text) => text !== "").join(" / ");
    const hidden = sheet.hidden ? ", hidden" : "";
    lines.push(
      "",
      `sheet ${place === "" ? "(csv)" : place}${hidden}: ${sheet.tables.length} tables`,
    );
    if (sheet.quarantined) lines.push(`  quarantined: ${(sheet.reasons ?? []).join("; ")}`);
    for (const table of sheet.tables) lines.push(...tableLines(table));
  }
  return lines.join("\n");
}

function tableLines(table: InspectionView["sheets"][number]["tables"][number]): readonly string[] {
  const flag = table.quarantined ? ` QUARANTINED: ${table.reasons.join("; ")}` : "";
  const columns = renderTable(
    table.columns,
    [
      { title: "column", value: (one) => one.letter },
      { title: "name", value: (one) => one.name, shrinks: true },
      { title: "type", value: (one) => one.type },
      { title: "role", value: (one) => one.role },
      {
        title: "marks",
        value: (one) =>
          Object.entries(one.markers)
            .map(([token, n]) => `${token} ${n}`)
            .join(", "),
      },
    ],
    96,
  );
  const header = table.header_rows.join(", ");
  return [
    `  ${table.range}: ${table.n_rows} rows, header in ${header === "" ? "no row" : header}, confidence ${table.confidence.toFixed(2)}${flag}`,
    ...columns.split("\n").map((line) => `    ${line}`),
  ];
}
