import {
  bringBackRows,
  type ExpiredLoad,
  expiredLoad,
  unreadable,
} from "../../database/backup/bring-back.ts";
import { CanonryError } from "../../model/errors.ts";
import type { DraftArtifact, Region } from "../../model/manifest/manifest.ts";
import { bindPart } from "../../stages/canonicalize/index.ts";
import { draftRelease } from "../../stages/draft/index.ts";
import { rereadIssue } from "../../stages/load/index.ts";
import { ReleaseFiles } from "../release/release-files.ts";
import type { World } from "../world.ts";

/**
 * Reads the rows of an expired vintage again from its files, and puts them back under their number, if they are
 * to the last digit what they were. Nothing where they stand in their table. Throws VINTAGE_UNREADABLE.
 */
export async function bringBack(world: World, loadId: string): Promise<void> {
  const load = await expiredLoad(world.database, loadId);
  if (load === null) return;
  const files = new ReleaseFiles(world);
  try {
    const parts = (await regionsOf(world, load, files)).map((region) =>
      bindPart(load.contract, region),
    );
    const rows = rereadIssue(load.contract, parts, load.period, {
      rowsOf: (region) => files.rowsOf(region),
      textOf: (region) => files.textOf(region),
    });
    await bringBackRows(world.database, load, rows);
  } catch (error) {
    if (!(error instanceof CanonryError) || error.exit !== 6) throw error;
    throw error.code === "VINTAGE_UNREADABLE" ? error : unreadable(load, error.message);
  } finally {
    await files.close();
  }
}

/** The tables that its parts were, as they are seen now. */
async function regionsOf(
  world: World,
  load: ExpiredLoad,
  files: ReleaseFiles,
): Promise<readonly Region[]> {
  const { publication, period } = load;
  const artifacts = [...new Map(load.parts.map((part) => [part.artifact, part])).values()].map(
    ({ artifact: sha256, file_name: file, size_bytes }): DraftArtifact => ({
      ...{ sha256, file, size_bytes, link: "", format: "" },
    }),
  );
  const config = world.config.publications.find((one) => one.code === publication);
  const seen = await draftRelease({
    publication,
    period,
    artifacts: artifacts.map((artifact) => ({
      artifact,
      open: () => files.workbook(artifact.sha256, artifact.file),
    })),
    periodEvidence: [{ period, from: "config", text: publication, score: 1 }],
    guides: config?.tables ?? [],
    signal: world.signal,
  });
  return load.parts.map((part) => {
    const found = seen.regions.find(
      (one) =>
        one.artifact === part.artifact &&
        one.member === part.member &&
        one.sheet === part.sheet &&
        one.fingerprint === part.fingerprint,
    );
    if (found !== undefined) return found;
    const { error } = seen.artifacts.find((one) => one.sha256 === part.artifact) ?? {};
    const what = error?.message ?? "its table is not seen any more";
    throw unreadable(load, `${part.file_name}, ${part.artifact}: ${what}`);
  });
}
