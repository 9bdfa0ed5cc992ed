import { createHash, type Hash } from "node:crypto";
import type { RegionRow } from "../../../model/region-row.ts";

/** Stands before the line feed of a total row. */
const TOTAL = "\u001d";

/**
 * The content of a region as one sha256, over lines as a plain CSV has them: the header paths (levels joined
 * by U+001C), then each data and total row in order, cells' texts as published (labels carried down included,
 * empty cells as nothing), separated by commas, in double quotes where a text holds a comma, a quote or a line
 * end; each line ended by a line feed, before it U+001D for a total. So it depends on what is printed and in
 * which order, and not on container, line ends, styles, quoting, or where on the sheet it stands; and of a
 * plain CSV it is the sha256 of its bytes.
 */
export interface Fingerprint {
  row(row: RegionRow): void;
  digest(): string;
}

export function fingerprint(headers: readonly (readonly string[])[]): Fingerprint {
  const hash: Hash = createHash("sha256");
  let pending = `${headers.map((path) => field(path.join("\u001c"))).join(",")}\n`;
  return {
    row(row) {
      for (let at = 0; at < row.cells.length; at++) {
        if (at > 0) pending += ",";
        const cell = row.cells[at];
        if (cell !== null && cell !== undefined) pending += field(cell.text);
      }
      pending += row.kind === "data" ? "\n" : `${TOTAL}\n`;
      if (pending.length > 1 << 16) {
        hash.update(pending);
        pending = "";
      }
    },
    digest() {
      hash.update(pending);
      pending = "";
      return hash.digest("hex");
    },
  };
}

function field(text: string): string {
  return /[",\r\n\u001d]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
