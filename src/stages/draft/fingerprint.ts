import { createHash, type Hash } from "node:crypto";
import type { RegionRow } from "../../model/region-row.ts";

const CELL_END = "\u001f";
const DATA_END = "\u001e";
const TOTAL_END = "\u001d";

/**
 * The content of a region as one sha256: first the header paths, levels joined by U+001C, columns by
 * U+001F, ended by U+001E; then each data and total row in order: the cells' texts as published
 * (labels carried down included, empty cells as nothing), each ended by U+001F, and the row ended by
 * U+001E for data and U+001D for a total. So it depends on what is printed and in which order, and not
 * on container, line ends, styles, quoting, or where on the sheet it stands.
 */
export interface Fingerprint {
  row(row: RegionRow): void;
  digest(): string;
}

export function fingerprint(headers: readonly (readonly string[])[]): Fingerprint {
  const hash: Hash = createHash("sha256");
  let pending = `${headers.map((path) => path.join("\u001c")).join(CELL_END)}${DATA_END}`;
  return {
    row(row) {
      for (const cell of row.cells) pending += cell === null ? CELL_END : cell.text + CELL_END;
      pending += row.kind === "data" ? DATA_END : TOTAL_END;
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
