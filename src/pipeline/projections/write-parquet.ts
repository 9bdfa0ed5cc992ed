import type { DataLayer } from "../../data-layer/data-layer.ts";
import { lendChunks } from "../../data-layer/scratch/lend-chunks.ts";
import { joined } from "../../data-layer/scratch/part-stream.ts";
import { type CopyText, parquetFromCopy } from "../../formats/parquet.ts";
import { digestOfParquet } from "../../formats/parquet-digest.ts";
import type { DigestColumn } from "../../model/digest/row-digest.ts";
import { CanonryError } from "../../model/errors.ts";

const SAMPLE_BYTES = 1 << 18;
const LF = 10;

/** Rows for a Parquet file: in what order they come unless they are asked for sorted, is to be seen. */
export interface Rows extends Omit<CopyText, "path" | "lineBytes"> {
  /** Whether they may be expected to ascend by themselves. */
  readonly inOrder: boolean;
  lines(sorted: boolean): AsyncIterable<Uint8Array>;
}

/** Writes a Parquet file aside, checks its rows, and only then replaces the old one. */
export async function writeParquet(
  data: DataLayer,
  name: string,
  rows: Rows,
  expected: number,
  proof: (parquet: string, folder: string) => Promise<void> = async () => undefined,
): Promise<{ readonly sizeBytes: number; readonly sha256: string }> {
  return data.withScratch(async (folder) => {
    const parquet = `${folder}/rows.parquet`;
    const write = async (sorted: boolean): Promise<number | null> => {
      const path = `${folder}/${sorted ? "sorted" : "rows"}`;
      const { lines, lineBytes, isAll, close } = await measured(rows.lines(sorted));
      const text = { ...rows, path, lineBytes, ascending: sorted ? [] : rows.ascending };
      const read = () => parquetFromCopy(text, parquet, folder);
      try {
        if (!isAll) return await lendChunks(path, lines, read);
        // A pipe costs the start of a program.
        await data.writeScratch(path, lines);
        return await read();
      } finally {
        // Of a reader that failed before it looked, nobody else would end the COPY.
        await close();
      }
    };
    const written = (rows.inOrder ? await write(false) : null) ?? (await write(true));
    if (written !== expected) {
      throw new CanonryError(
        "EXPORT_FAILED",
        `${written ?? "unsorted"} rows came out, the ledger has ${expected}`,
      );
    }
    await proof(parquet, folder);
    return data.putExport(name, parquet);
  });
}

/** The same lines, how long the first ones are on average, however they are cut into chunks, and whether these are all. */
async function measured(chunks: AsyncIterable<Uint8Array>) {
  const [rest, taken] = [chunks[Symbol.asyncIterator](), [] as Uint8Array[]];
  let [bytes, lines, isAll] = [0, 0, false];
  while (bytes < SAMPLE_BYTES && !isAll) {
    const { done, value } = await rest.next();
    isAll = done === true;
    if (done === true) break;
    taken.push(value);
    const sample = value.subarray(0, SAMPLE_BYTES - bytes);
    bytes += sample.length;
    for (let at = sample.indexOf(LF); at !== -1; at = sample.indexOf(LF, at + 1)) lines++;
  }
  return {
    lines: joined(taken, { [Symbol.asyncIterator]: () => rest }),
    lineBytes: Math.ceil(bytes / Math.max(1, lines)),
    isAll,
    close: async () => void (await rest.return?.()),
  };
}

/** The rows of the file, read back, are those that the loads were committed with. */
export async function proveParquet(
  parquet: string,
  folder: string,
  columns: readonly DigestColumn[],
  expected: string,
): Promise<void> {
  const { digest } = await digestOfParquet(parquet, columns, folder);
  if (digest === expected) return;
  throw new CanonryError(
    "EXPORT_FAILED",
    `the digest of the rows read back is ${digest}, the ledger has ${expected}`,
  );
}
