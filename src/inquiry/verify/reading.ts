import type { LoadToVerify } from "../../database/inquiry/verifications.ts";
import type { Rereading } from "../../model/rereading.ts";
import { type Difference, differenceIn, type Note } from "./difference.ts";

export type Reread = (loadId: number) => Promise<Rereading>;

export interface ReadingVerified {
  readonly read: number;
  readonly differences: readonly Difference[];
  readonly notes: readonly Note[];
}

export const NOTHING_READ: ReadingVerified = { read: 0, differences: [], notes: [] };

/** The rows of each load as its artifacts hold them, against the digests of the ledger. */
export async function verifyReading(
  loads: readonly LoadToVerify[],
  reread: Reread,
): Promise<ReadingVerified> {
  let read = 0;
  const differences: Difference[] = [];
  const notes: Note[] = [];
  for (const load of loads) {
    const again = await reread(load.load_id);
    if (again.kind === "read") read++;
    const found = compared(load, again);
    if (found === null) continue;
    const told = differenceIn("reading_differs", load, found.detail);
    if (found.isNote) notes.push({ ...told, kind: "note" });
    else differences.push(told);
  }
  return { read, differences, notes };
}

interface Found {
  readonly isNote: boolean;
  readonly detail: string;
}

/** Null where the files hold what the ledger has. */
function compared({ digest }: LoadToVerify, again: Rereading): Found | null {
  if (again.kind !== "read") {
    const how = again.kind === "failed" ? "cannot be read again" : "was not read again";
    return { isNote: again.kind === "unread", detail: `${how}: ${again.reason}` };
  }
  // That no digest was taken is told with those of the table.
  if (digest === null) return null;
  const other = (["data", "total", "row_sum"] as const).filter((one) => again[one] !== digest[one]);
  if (other.length === 0) return null;
  const what = other.map((one) => WORDS[one]).join(", ");
  const detail = `its files, read again, give other ${what} than the ledger has`;
  if (again.excuse === null) return { isNote: false, detail };
  return { isNote: true, detail: `${detail}; ${again.excuse}` };
}

const WORDS = { data: "data rows", total: "total rows", row_sum: "row numbers" } as const;
