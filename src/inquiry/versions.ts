import type { Database } from "../database/database.ts";
import {
  manifestChangelog,
  manifestDocuments,
  manifestVersions,
} from "../database/ledger/versions.ts";
import { CanonryError } from "../model/errors.ts";
import type { Changelog } from "../model/manifest/changelog.ts";
import { diffManifests, type ManifestDiff } from "../model/manifest/manifest-diff.ts";

/** How the manifest of a publication became what it is. Throws PUBLICATION_UNKNOWN if it has none. */
export async function history(database: Database, publication: string): Promise<Changelog> {
  const changelog = await manifestChangelog(database, publication);
  if (changelog === null) throw withoutManifest(publication);
  return changelog;
}

export interface VersionDiff extends ManifestDiff {
  readonly publication: string;
  /** Null: before the first version that the database has. */
  readonly from: number | null;
  readonly to: number;
}

/**
 * What differs between two versions of a manifest; by default the last two. Throws PUBLICATION_UNKNOWN,
 * and VERSION_UNKNOWN where the database has not that version.
 */
export async function diffVersions(
  database: Database,
  publication: string,
  chosen: { readonly from?: number | undefined; readonly to?: number | undefined },
): Promise<VersionDiff> {
  const versions = await manifestVersions(database, publication);
  const find = (version: number) => {
    const found = versions.find((one) => one.version === version);
    if (found !== undefined) return found;
    const known = versions.map((one) => one.version).join(", ");
    throw new CanonryError(
      "VERSION_UNKNOWN",
      `${publication} has the versions ${known}, not ${version}`,
    );
  };
  const after = chosen.to === undefined ? versions.at(-1) : find(chosen.to);
  if (after === undefined) throw withoutManifest(publication);
  const earlier = versions.filter((one) => one.version < after.version).at(-1) ?? null;
  const before = chosen.from === undefined ? earlier : find(chosen.from);
  const versionsOf = [before?.version ?? 0, after.version];
  const documents = await manifestDocuments(database, publication, versionsOf);
  const [older, newer] = versionsOf.map((version) => documents.get(version) ?? null);
  if (newer == null) throw withoutManifest(publication);
  const diff = diffManifests(older ?? null, newer);
  return { publication, from: before?.version ?? null, to: after.version, ...diff };
}

function withoutManifest(publication: string): CanonryError {
  return new CanonryError("PUBLICATION_UNKNOWN", `the database has no manifest of ${publication}`);
}
