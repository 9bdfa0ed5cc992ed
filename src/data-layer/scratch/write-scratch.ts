import { open } from "node:fs/promises";
import { fileFailure } from "../file-failure.ts";

/** Writes a file of a scratch folder, which nobody needs after a crash. Gives its size. */
export async function writeScratch(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<number> {
  const file = await open(path, "w").catch((error: unknown) => {
    throw fileFailure(error, path);
  });
  let sizeBytes = 0;
  try {
    for await (const chunk of chunks) {
      await file.writeFile(chunk);
      sizeBytes += chunk.length;
    }
    return sizeBytes;
  } catch (error) {
    throw fileFailure(error, path);
  } finally {
    await file.close();
  }
}
