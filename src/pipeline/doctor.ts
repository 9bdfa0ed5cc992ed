import { readdirOf } from "../data-layer/folders.ts";
import { MIRROR } from "../data-layer/paths.ts";
import { artifactsKnown, serverVersion } from "../database/inquiries.ts";
import { purgedFiles } from "../database/purge-scope.ts";
import { CanonryError } from "../model/errors.ts";
import { verifyState } from "./state.ts";
import type { World } from "./world.ts";

export interface Finding {
  readonly check: string;
  readonly result: "right" | "wrong" | "note";
  readonly detail: string;
}

/** Folders of a home that belong to somebody, beside those of the mirror. */
const OTHERS = ["config", "tmp/scratch", "data/backups"];

/** Looks at everything, changes nothing. */
export async function examine(world: World): Promise<readonly Finding[]> {
  return [
    ...(await strangers(world)),
    await databaseFinding(world),
    await stateFinding(world),
    await leftovers(world),
    await lostArtifacts(world),
    await purgedBytes(world),
  ];
}

const finding = (check: string, wrong: readonly string[], right: string): Finding =>
  wrong.length === 0
    ? { check, result: "right", detail: right }
    : { check, result: "wrong", detail: wrong.join(", ") };

/** What stands in data/ and tmp/ without a component that owns it. */
async function strangers(world: World): Promise<readonly Finding[]> {
  const owned = [...Object.values(MIRROR), ...OTHERS];
  const found: string[] = [];
  for (const top of ["data", "tmp", "manifests"]) {
    for (const name of await readdirOf(world.paths.fromHome(top))) {
      const path = `${top}/${name}`;
      if (!owned.some((own) => own === path || own.startsWith(`${path}/`))) found.push(path);
    }
  }
  return [finding("files in their places", found, "nothing stands where it should not")];
}

async function databaseFinding(world: World): Promise<Finding> {
  try {
    return {
      check: "database",
      result: "right",
      detail: await serverVersion(world.database),
    };
  } catch (error) {
    if (!(error instanceof CanonryError)) throw error;
    return { check: "database", result: "wrong", detail: error.describe() };
  }
}

async function stateFinding(world: World): Promise<Finding> {
  const difference = await verifyState(world);
  return difference === null
    ? { check: "state.json", result: "right", detail: "it agrees with the database" }
    : {
        check: "state.json",
        result: "note",
        detail: `${difference}; the next backfill writes it again`,
      };
}

async function leftovers(world: World): Promise<Finding> {
  const runs = await world.data.listRuns();
  return runs.length === 0
    ? { check: "runs", result: "right", detail: "no failed run has left its folder" }
    : { check: "runs", result: "note", detail: `folders of failed runs: ${runs.join(", ")}` };
}

async function lostArtifacts(world: World): Promise<Finding> {
  const known = await artifactsKnown(world.database);
  const lost: string[] = [];
  for (const sha256 of known) if (!(await world.data.hasArtifact(sha256))) lost.push(sha256);
  return finding("artifacts", lost, `all ${known.length} are in the store`);
}

async function purgedBytes(world: World): Promise<Finding> {
  const { artifacts } = await purgedFiles(world.database);
  const kept: string[] = [];
  for (const sha256 of artifacts) if (await world.data.hasArtifact(sha256)) kept.push(sha256);
  const still = kept.map(
    (sha256) => `bytes of what was purged: ${sha256}; the next backfill removes them`,
  );
  return finding("purged", still, `${artifacts.length} files were purged, and none is there`);
}
