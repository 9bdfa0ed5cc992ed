import type { MergedRange, SheetRow } from "../../model/sheet.ts";

/** The lines that the child writes, one JSON document each. */
export type LegacyLine =
  | { readonly line: "workbook"; readonly properties: Readonly<Record<string, string>> }
  | { readonly line: "sheet"; readonly name: string; readonly hidden: boolean }
  | { readonly line: "rows"; readonly rows: readonly SheetRow[] }
  | {
      readonly line: "sheet-end";
      readonly merges: readonly MergedRange[];
      readonly hiddenColumns: readonly number[];
    }
  | { readonly line: "end" }
  | {
      readonly line: "error";
      readonly code: "WORKBOOK_ENCRYPTED" | "WORKBOOK_CORRUPT";
      readonly message: string;
    };
