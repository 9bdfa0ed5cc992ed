import type { CsvDialect } from "../../model/sheet.ts";

/** What a text must be known by to be cut into records. */
export type RecordDialect = Pick<CsvDialect, "delimiter" | "quote" | "escape" | "newline">;
