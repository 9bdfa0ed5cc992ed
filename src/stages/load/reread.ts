import type { Part } from "../../model/decision.ts";
import type { DigestColumn } from "../../model/digest/row-digest.ts";
import type { RowFacts } from "../../model/load-commit.ts";
import type { SourceContract } from "../../model/manifest/manifest.ts";
import { type LoadNeeds, linesOf, newWork } from "./apply.ts";

/**
 * The rows of the parts of a load, read as a load reads them, counted and hashed as its table held them; rows
 * that a load sets aside are left out. Writes nothing. Memory: one batch of rows.
 */
export async function rereadParts(
  contract: SourceContract,
  parts: readonly Part[],
  columns: readonly DigestColumn[],
  needs: Pick<LoadNeeds, "rowsOf" | "textOf">,
): Promise<readonly RowFacts[]> {
  const work = newWork({ contract }, { parts }, needs);
  for await (const _line of linesOf(work, { loadId: "0", columns }));
  return work.encoders.flatMap((encoder) => encoder.digest.facts());
}
