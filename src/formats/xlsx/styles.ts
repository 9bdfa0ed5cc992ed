import { attribute, type XmlHandler } from "../xml.ts";

/** What a cell's style says about its value and its place in the layout. */
export interface CellStyle {
  /** A number under this style is shown as a date or a time of day. */
  readonly date: boolean;
  readonly percent: boolean;
  readonly bold: boolean;
  readonly indent: number;
}

export const PLAIN: CellStyle = { date: false, percent: false, bold: false, indent: 0 };

/** ECMA-376 part 1, 18.8.30: numbers of the built-in formats that show dates. */
const isBuiltInDate = (id: number): boolean =>
  (id >= 14 && id <= 22) ||
  (id >= 27 && id <= 36) ||
  id === 45 ||
  id === 47 ||
  (id >= 50 && id <= 58);

/** What stands in a number format besides quoted text, escapes, padding and bracketed conditions. */
function bareFormat(code: string): string {
  const [first = ""] = code.replace(/"[^"]*"|\\.|[_*]./g, "").split(";");
  return first;
}

/** Elapsed time (`[h]:mm`) is a number of days, not a date. */
export function isDateFormat(code: string): boolean {
  const bare = bareFormat(code);
  if (/\[(?:h+|m+|s+)\]/i.test(bare)) return false;
  const plain = bare
    .replace(/\[[^\]]*\]/g, "")
    .replace(/general/gi, "")
    .replace(/e[+-]/gi, "");
  return /[dmyhs]/i.test(plain);
}

/** Reads xl/styles.xml into one style a cell format, in the order of `cellXfs`; what says nothing is PLAIN itself. */
export class StylesReader implements XmlHandler {
  readonly styles: CellStyle[] = [];
  private readonly formats = new Map<number, string>();
  private readonly bold: boolean[] = [];
  private inFonts = false;
  private inCellXfs = false;

  open(name: string, attributes: string): void {
    if (name === "numFmt") {
      this.formats.set(
        Number(attribute(attributes, "numFmtId")),
        attribute(attributes, "formatCode") ?? "",
      );
    } else if (name === "fonts") this.inFonts = true;
    else if (name === "cellXfs") this.inCellXfs = true;
    else if (this.inFonts && name === "font") this.bold.push(false);
    else if (this.inFonts && name === "b") {
      this.bold[this.bold.length - 1] = !/^(?:0|false)$/.test(attribute(attributes, "val") ?? "1");
    } else if (this.inCellXfs && name === "xf") this.styles.push(this.style(attributes));
    else if (this.inCellXfs && name === "alignment") this.indent(attributes);
  }

  close(name: string): void {
    if (name === "fonts") this.inFonts = false;
    if (name === "cellXfs") this.inCellXfs = false;
  }

  text(): void {}

  private style(attributes: string): CellStyle {
    const id = Number(attribute(attributes, "numFmtId") ?? 0);
    const code = this.formats.get(id);
    const date = code === undefined ? isBuiltInDate(id) : isDateFormat(code);
    const percent = code === undefined ? id === 9 || id === 10 : bareFormat(code).includes("%");
    const bold = this.bold[Number(attribute(attributes, "fontId") ?? 0)] ?? false;
    return date || percent || bold ? { date, percent, bold, indent: 0 } : PLAIN;
  }

  private indent(attributes: string): void {
    const last = this.styles.length - 1;
    const style = this.styles[last];
    const indent = Number(attribute(attributes, "indent") ?? 0);
    if (style !== undefined && indent > 0) this.styles[last] = { ...style, indent };
  }
}
