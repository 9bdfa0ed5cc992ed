/** A cell as nearly every writer writes it, and where its value stands in the text. */
export interface UsualCell {
  /** 0-based. */
  column: number;
  /** Index of its style, -1 for none. */
  style: number;
  type: string;
  /** Equal if it has no value. */
  valueFrom: number;
  valueTo: number;
  /** Index behind the cell. */
  end: number;
}

export function newUsualCell(): UsualCell {
  return { column: -1, style: -1, type: "", valueFrom: 0, valueTo: 0, end: 0 };
}

const [QUOTE, SLASH, EQUALS, END] = [34, 47, 61, 62];
const [SPACE, LETTER_S, LETTER_T] = [32, 115, 116];

/**
 * Reads `A1" s="2" t="s"><v>7</v></c>` or `A1" s="2"/>` from index `from` of a text into `cell`: style and type in
 * this order or none, a type of one letter, nothing but the value inside. False if it is of another form, or not whole.
 */
export function readUsualCell(text: string, from: number, cell: UsualCell): boolean {
  let at = text.indexOf('"', from);
  if (at < 0) return false;
  cell.column = columnOf(text, from, at);
  cell.style = -1;
  cell.type = "";
  at++;
  if (isAttribute(text, at, LETTER_S)) {
    at += 4;
    cell.style = 0;
    for (let sign = text.charCodeAt(at); sign !== QUOTE; sign = text.charCodeAt(++at)) {
      if (!(sign >= 48 && sign <= 57)) return false;
      cell.style = cell.style * 10 + sign - 48;
    }
    at++;
  }
  if (isAttribute(text, at, LETTER_T)) {
    if (text.charCodeAt(at + 5) !== QUOTE) return false;
    cell.type = text.charAt(at + 4);
    at += 6;
  }
  return cell.column >= 0 && readValue(text, at, cell);
}

/** Whether ` s="` stands there, for the sign of `s`. */
function isAttribute(text: string, at: number, name: number): boolean {
  return (
    text.charCodeAt(at) === SPACE &&
    text.charCodeAt(at + 1) === name &&
    text.charCodeAt(at + 2) === EQUALS &&
    text.charCodeAt(at + 3) === QUOTE
  );
}

function readValue(text: string, at: number, cell: UsualCell): boolean {
  if (text.charCodeAt(at) === SLASH && text.charCodeAt(at + 1) === END) {
    cell.valueFrom = at;
    cell.valueTo = at;
    cell.end = at + 2;
    return true;
  }
  if (!text.startsWith("><v>", at)) return false;
  cell.valueFrom = at + 4;
  cell.valueTo = text.indexOf("<", cell.valueFrom);
  cell.end = cell.valueTo + 8;
  return cell.valueTo > cell.valueFrom && text.startsWith("</v></c>", cell.valueTo);
}

/** The column of a reference such as `AB12`, 0-based. */
export function columnOf(text: string, from: number, to: number): number {
  let column = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at) & 0xdf;
    if (code < 65 || code > 90) break;
    column = column * 26 + code - 64;
  }
  return column - 1;
}
