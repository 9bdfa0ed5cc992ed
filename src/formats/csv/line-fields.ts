import type { RecordDialect } from "./record-dialect.ts";

/** One field of a line: its text as published, and whether it stood in quotes. */
export interface Field {
  readonly text: string;
  readonly quoted: boolean;
}

/** Stands for a quote that is text, in what is given and in what is returned. A private-use character. */
export const LITERAL_QUOTE = "\uE000";

/** The fields of a record on one line; null if a quote does not close where a field ends. */
export function fieldsOf(line: string, dialect: RecordDialect): Field[] | null {
  const { delimiter, quote, escape: escaping } = dialect;
  const fields: Field[] = [];
  for (let at = 0; ; ) {
    if (quote === "" || line[at] !== quote) {
      const end = line.indexOf(delimiter, at);
      fields.push({ text: line.slice(at, end < 0 ? undefined : end), quoted: false });
      if (end < 0) return fields;
      at = end + 1;
      continue;
    }
    let text = "";
    for (at++; ; at++) {
      const char = line[at];
      if (char === undefined) return null;
      if (char === escaping && (line[at + 1] === quote || line[at + 1] === escaping)) {
        text += line[++at];
      } else if (char === quote) break;
      else text += char;
    }
    fields.push({ text, quoted: true });
    at++;
    if (at >= line.length) return fields;
    if (line[at] !== delimiter) return null;
    at++;
  }
}
