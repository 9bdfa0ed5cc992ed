import { appliedDrift, manifestVersions } from "../database/versions.ts";
import { changelogMarkdown, changelogOf } from "../model/changelog.ts";
import type { PublicationConfig } from "../model/publication.ts";
import type { World } from "./world.ts";

/** The history of a manifest, beside it: a projection. Why it was written, or null if it was right. */
export async function projectHistory(
  world: World,
  publication: PublicationConfig,
): Promise<{ readonly path: string; readonly reason: string } | null> {
  const { code, canonical_manifest: manifest } = publication;
  const versions = await manifestVersions(world.database, code);
  const changelog = changelogOf(versions, await appliedDrift(world.database, code));
  if (changelog === null) return null;
  const path = world.paths.beside(manifest, `${code}_history.md`);
  const text = changelogMarkdown(changelog);
  const found = await world.data.readText(path);
  if (found === text) return null;
  await world.data.writeText(path, text);
  return {
    path,
    reason: found === null ? "the file is missing" : "it was not what the database says",
  };
}
