import type { Region, RegionColumn, ReleaseManifest } from "../../model/manifest/manifest.ts";
import { marksSeen } from "../../model/marks/marked-columns.ts";

/** Some columns of one table, about which a model is asked. */
export interface ColumnQuestion {
  readonly region: string;
  /** Names of the columns that nobody described. */
  readonly columns: readonly string[];
  /** What the template's `{{ name }}` stand for. Texts of the workbook stand in them as JSON alone. */
  readonly variables: Readonly<Record<string, string>>;
  /** JSON Schema of the answer: it can name no column but these. */
  readonly schema: object;
}

const COLUMNS_PER_QUESTION = 40;
const LONGEST_TEXT = 200;
const MOST_NOTES = 15;
const MOST_MARKERS = 8;
const MOST_DESCRIBED = 40;

/** The questions that a release leaves open: at most 40 columns of one table each. */
export function questionsOf(document: ReleaseManifest): readonly ColumnQuestion[] {
  return document.regions
    .filter((region) => !region.quarantined)
    .flatMap((region) => {
      const open = region.columns.filter(isOpen);
      return chunksOf(open, COLUMNS_PER_QUESTION).map((columns) => questionOf(region, columns));
    });
}

/** Of a column headed by a period nothing is left to say. */
export function isOpen(column: RegionColumn): boolean {
  return column.description === undefined && column.role !== "period";
}

function questionOf(region: Region, columns: readonly RegionColumn[]): ColumnQuestion {
  const names = columns.map((column) => column.name);
  const described = region.columns.filter((column) => column.description !== undefined);
  return {
    region: region.id,
    columns: names,
    variables: {
      table: JSON.stringify({ title: plain(region.title ?? ""), sheet: plain(region.sheet ?? "") }),
      notes: JSON.stringify(region.notes.slice(0, MOST_NOTES).map(plain)),
      described: JSON.stringify(
        Object.fromEntries(
          described
            .slice(0, MOST_DESCRIBED)
            .map((column) => [column.name, plain(column.description ?? "")]),
        ),
      ),
      columns: JSON.stringify(columns.map(shown)),
    },
    schema: schemaOf(names),
  };
}

/** What a model is told of a column: never a value of the data, only tokens that stand for one. */
function shown(column: RegionColumn): object {
  const markers = marksSeen(column).slice(0, MOST_MARKERS).map(plain);
  return {
    name: column.name,
    header: column.header.map(plain),
    type: column.type,
    role: column.role,
    ...(column.unit === undefined ? {} : { unit: plain(column.unit) }),
    ...(markers.length === 0 ? {} : { markers }),
  };
}

function schemaOf(names: readonly string[]): object {
  const properties = { name: { type: "string", enum: names }, description: { type: "string" } };
  const item = {
    type: "object",
    properties,
    required: ["name", "description"],
    additionalProperties: false,
  };
  return {
    type: "object",
    properties: { columns: { type: "array", items: item } },
    required: ["columns"],
    additionalProperties: false,
  };
}

/** One line, without control signs and halves of signs, and not without end. */
function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
    .slice(0, LONGEST_TEXT)
    .replace(/\p{Cs}/gu, "")
    .trim();
}

function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}
