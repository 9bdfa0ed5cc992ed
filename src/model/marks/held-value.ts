import type { ColumnType } from "../manifest/manifest.ts";
import type { Cell } from "../sheet.ts";
import { markedNumber } from "./marked-number.ts";
import {
  booleanLiteral,
  dateLiteral,
  hundredth,
  isShare,
  numberOfCell,
  sameNumber,
  timestampLiteral,
} from "./value.ts";

/** What a row of the table holds in one column. */
export interface HeldValue {
  /** As which it was loaded; the column may have been widened since. */
  readonly type: ColumnType;
  /** As the database prints it; null where there is none. */
  readonly value: string | null;
  readonly marker: string | null;
  /** The numbers of the column of the sheet are fractions. */
  readonly fractions: boolean;
}

/** Whether a published cell says what the table holds: the number, the mark, or nothing. */
export function cellHolds(cell: Cell | null, held: HeldValue): boolean {
  const { type, value, marker, fractions } = held;
  const text = cell?.text ?? "";
  if (marker !== null && value !== null) return besideIn(text, value, marker);
  if (marker !== null) return text.trim() === marker;
  if (value === null) return text.trim() === "";
  if (cell === null) return false;
  switch (type) {
    case "bigint":
    case "numeric":
      return isNumber(
        numberOfCell(cell),
        fractions && cell.kind === "text" && isShare(text),
        value,
      );
    case "date":
      return dateLiteral(text) === value.slice(0, 10);
    case "timestamp":
      return (
        instant(timestampLiteral(text) ?? `${dateLiteral(text) ?? ""}T00:00:00`) === instant(value)
      );
    case "boolean":
      return booleanLiteral(text) === value;
    case "text":
      return text === value;
  }
}

/** Whether a text is a number with a mark behind it. */
function besideIn(text: string, value: string, marker: string): boolean {
  const marked = markedNumber(text, new Set([marker]));
  return marked?.token === marker && sameNumber(marked.literal, value);
}

/** A share that is written out is held in percent; among cells that hold fractions, as one. */
function isNumber(literal: string | null, asFraction: boolean, value: string): boolean {
  return literal !== null && sameNumber(asFraction ? hundredth(literal) : literal, value);
}

/** A timestamp without what Postgres leaves out. */
function instant(literal: string): string {
  return literal
    .replace("T", " ")
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}
