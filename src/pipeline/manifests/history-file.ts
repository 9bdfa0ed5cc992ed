import { manifestChangelog } from "../../database/ledger/versions.ts";
import { changelogMarkdown } from "../../model/manifest/changelog.ts";
import type { PublicationConfig } from "../../model/publication.ts";
import type { World } from "../world.ts";

interface HistoryLag {
  readonly path: string;
  readonly reason: string;
  /** What the file should hold. */
  readonly text: string;
}

/** The history of a manifest, beside it: a projection. Why it was written, or null if it was right. */
export async function projectHistory(
  world: World,
  publication: PublicationConfig,
): Promise<{ readonly path: string; readonly reason: string } | null> {
  const lag = await historyLag(world, publication);
  if (lag === null) return null;
  const { text, ...written } = lag;
  await world.data.writeText(lag.path, text);
  return written;
}

/** Null if the file is what the database says, or if there is nothing to tell. Reads only. */
export async function historyLag(
  world: World,
  publication: PublicationConfig,
): Promise<HistoryLag | null> {
  const { code, canonical_manifest: manifest } = publication;
  const changelog = await manifestChangelog(world.database, code);
  if (changelog === null) return null;
  const path = world.paths.beside(manifest, `${code}_history.md`);
  const text = changelogMarkdown(changelog);
  const found = await world.data.readText(path);
  if (found === text) return null;
  const reason = found === null ? "the file is missing" : "it was not what the database says";
  return { path, reason, text };
}
