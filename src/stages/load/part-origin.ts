import type { Part } from "../../model/decision.ts";
import type { PartOrigin } from "../../model/quarantine.ts";

/** Where a part of a load stands; `number`: 1-based. */
export function originOf({ region }: Part, number: number): PartOrigin {
  const { artifact, file, member, sheet, range } = region;
  return { part: number, artifact, file_name: file, member, sheet, range };
}
