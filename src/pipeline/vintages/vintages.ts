import { userInfo } from "node:os";
import { sourceHead } from "../../database/inquiry/inquiries.ts";
import { releaseLock } from "../../database/ledger/release-lock.ts";
import { vintagesOf } from "../../database/vintages/vintages.ts";
import { CanonryError } from "../../model/errors.ts";
import { nothingLoaded, type Vintage, type VintageChoice } from "../../model/vintage.ts";
import type { World } from "../world.ts";

/** Whoever is named, else the user of the system. */
export const personOf = (by: string | null): string => by ?? userInfo().username;

/** The vintages that are meant. Throws SOURCE_UNKNOWN, and VINTAGE_UNKNOWN if nothing is loaded. */
export async function chosenVintages(
  world: World,
  choice: VintageChoice,
): Promise<readonly Vintage[]> {
  if ("source" in choice && (await sourceHead(world.database, choice.source)) === null)
    throw new CanonryError("SOURCE_UNKNOWN", `no source is called ${choice.source}`);
  const vintages = await vintagesOf(world.database, choice);
  if (vintages.length > 0) return vintages;
  throw nothingLoaded(choice);
}

/** Works on a release alone, as a run does. Throws LOCK_HELD. */
export function onRelease<Result>(
  world: World,
  release: { readonly publication: string; readonly period: string },
  work: () => Promise<Result>,
): Promise<Result> {
  return world.database.withLock(releaseLock(release), work, () => {
    const { publication, period } = release;
    throw new CanonryError("LOCK_HELD", `another run works on ${publication} ${period}`);
  });
}
