import { CanonryError } from "../model/errors.ts";
import type { ColumnType } from "../model/manifest/manifest.ts";
import { named, quoted, withDuckDb } from "./duckdb.ts";

/**
 * A column of a Parquet file; a numeric one with the digits before and behind the point that it needs. One that
 * needs more than 38 is text, since it has to be exact.
 */
export interface ParquetColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly digits?: { readonly whole: number; readonly fraction: number };
}

/** Part of the name of what was written: another version may write other bytes. */
export const PARQUET_WRITER = "duckdb-1.5/zstd/122880-or-less/exact-4";

/** Rows of a group, at most. Source: DuckDB manual, Parquet tips. */
const MOST_ROWS = 122_880;
/** DuckDB writes in vectors of so many. */
const VECTOR_ROWS = 2_048;
/** Values and bytes of the lines of a group, which stand in memory together. Measured: docs/decisions/0015. */
const MOST_VALUES = 2e6;
const MOST_BYTES = 24e6;

/** By the width of the table and by its first rows, so that equal rows always give equal groups. */
function groupRows({ columns, lineBytes }: CopyText): number {
  const rows = Math.min(MOST_ROWS, MOST_VALUES / columns.length, MOST_BYTES / lineBytes);
  return Math.max(1, Math.floor(rows / VECTOR_ROWS)) * VECTOR_ROWS;
}

function duckType(column: ParquetColumn): string {
  switch (column.type) {
    case "text":
      return "VARCHAR";
    case "bigint":
      return "BIGINT";
    case "date":
      return "DATE";
    case "timestamp":
      return "TIMESTAMP";
    case "boolean":
      return "BOOLEAN";
    case "numeric": {
      const { whole, fraction } = column.digits ?? { whole: 38, fraction: 38 };
      // Up to 18 digits are one word, which is ten times as fast to read.
      const width = whole + fraction <= 18 ? 18 : 38;
      return whole + fraction <= width ? `DECIMAL(${width}, ${fraction})` : "VARCHAR";
    }
  }
}

/** What COPY writes behind a backslash. Source: Postgres manual, COPY, text format. */
const ESCAPES = [
  ["b", 8],
  ["t", 9],
  ["n", 10],
  ["v", 11],
  ["f", 12],
  ["r", 13],
] as const;

/** A text of COPY as it was: between two doubled backslashes, the escapes are what they look like. */
function plainText(name: string): string {
  const unescaped = ESCAPES.reduce(
    (part, [letter, code]) => `replace(${part}, ${quoted(`\\${letter}`)}, chr(${code}))`,
    "part",
  );
  const parts = `list_transform(string_split(${name}, '\\\\'), lambda part: ${unescaped})`;
  return `case when contains(${name}, '\\') then array_to_string(${parts}, '\\') else ${name} end`;
}

/**
 * A column of the lines whose texts are known, in the order that rows ascend by, and columns that follow from it:
 * each has one value for every text, and none in the lines.
 */
export interface KeyColumn {
  readonly name: string;
  readonly texts: readonly string[];
  readonly gives: readonly { readonly name: string; readonly values: readonly string[] }[];
}

/** Lines of COPY's text format, and what is asked of them. */
export interface CopyText {
  /** Read once, from the start: it may be a pipe. */
  readonly path: string;
  /** Of the first lines, on average. */
  readonly lineBytes: number;
  readonly columns: readonly ParquetColumn[];
  /** Null: every column stands in the lines. */
  readonly key: KeyColumn | null;
  /** Columns that rows must ascend by, no two alike; none: any order. */
  readonly ascending: readonly string[];
  /** Columns that are not written. */
  readonly leftOut: readonly string[];
}

/** Values of an enumeration ascend as they are listed; one that is not listed ends the reading. */
const enumType = (texts: readonly string[]): string => `ENUM(${texts.map(quoted).join(", ")})`;

const OUT_OF_ORDER = "the rows do not ascend";

/**
 * Writes a Parquet file. The rows keep their order, and equal input gives equal bytes. `temp` is a folder for
 * what does not fit into memory (112 MB, and half a MB for each column beyond a hundred). Gives the rows written; null if they do not ascend as they must.
 */
export async function parquetFromCopy(
  text: CopyText,
  target: string,
  temp: string,
): Promise<number | null> {
  try {
    const width = text.columns.length;
    return await withDuckDb({ file: target, temp, width }, async (connection) => {
      await connection.run(
        `copy (${selectSql(text)})
           to ${quoted(target)} (format parquet, compression zstd, row_group_size ${groupRows(text)})`,
      );
      const counted = await connection.runAndReadAll(
        `select count(*)::int as rows from read_parquet(${quoted(target)})`,
      );
      return Number(counted.getRows()[0]?.[0] ?? 0);
    });
  } catch (error) {
    if (error instanceof CanonryError && error.message.includes(OUT_OF_ORDER)) return null;
    throw error;
  }
}

function selectSql({ path, columns, key, ascending, leftOut }: CopyText): string {
  const given = new Map(key?.gives.map(({ name, values }) => [name, values]));
  const types = columns
    .filter(({ name }) => !given.has(name))
    .map((column) => {
      const type = column.name === key?.name ? enumType(key.texts) : duckType(column);
      return `${quoted(column.name)}: ${quoted(type)}`;
    });
  const rows = `read_csv(${quoted(path)}, header = false, auto_detect = false, delim = '\\t', quote = '', escape = '',
    new_line = '\\n', nullstr = '\\N', strict_mode = true, max_line_size = 16777216, buffer_size = 16777216,
    parallel = false, columns = {${types.join(", ")}})`;
  const valueSql = ({ name, type }: ParquetColumn): string => {
    if (name === key?.name) return `${named(name)}::varchar`;
    const values = given.get(name);
    if (values === undefined) return type === "text" ? plainText(named(name)) : named(name);
    const list = values.map((value) => `${quoted(value)}::${duckType({ name, type })}`);
    return `([${list.join(", ")}])[enum_code(${named(key?.name ?? "")}) + 1]`;
  };
  const fields = columns
    .filter(({ name }) => !leftOut.includes(name))
    .map((column) => `${valueSql(column)} as ${named(column.name)}`)
    .join(", ");
  if (ascending.length === 0) return `select ${fields} from ${rows}`;
  const place = `row(${ascending.map(named).join(", ")})`;
  return `select ${fields} from (select *, lag(${place}) over () as "row before" from ${rows})
           where case when "row before" >= ${place} then error(${quoted(OUT_OF_ORDER)}) else true end`;
}

/** One line of COPY's text format, as `parquetFromCopy` reads it. */
export function copyLine(values: readonly (string | number | null)[]): string {
  const fields = values.map((value) => {
    if (value === null) return "\\N";
    const text = String(value).replaceAll("\\", "\\\\");
    return ESCAPES.reduce(
      (escaped, [letter, code]) => escaped.replaceAll(String.fromCharCode(code), `\\${letter}`),
      text,
    );
  });
  return `${fields.join("\t")}\n`;
}
