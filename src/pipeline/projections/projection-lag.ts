import { ledgerWrittenAt } from "../../database/ledger/health.ts";
import { CanonryError } from "../../model/errors.ts";
import type { PublicationConfig } from "../../model/publication.ts";
import type { ProjectionLag } from "../../upkeep/doctor/index.ts";
import { historyLag } from "../manifests/history-file.ts";
import { manifestStanding } from "../manifests/manifests.ts";
import type { World } from "../world.ts";
import { exportLags } from "./exports.ts";
import { verifyState } from "./state.ts";

/** Every projection that is not what the database says. Reads only. */
export async function projectionLags(world: World): Promise<readonly ProjectionLag[]> {
  const lags: ProjectionLag[] = [];
  const state = await verifyState(world);
  if (state !== null)
    lags.push({ code: "STATE_BEHIND", path: world.paths.keys.state, reason: state });
  for (const { path, reason } of await exportLags(world))
    lags.push({ code: "EXPORT_BEHIND", path: world.paths.keys.export(path), reason });
  for (const publication of world.config.publications)
    lags.push(...(await manifestLags(world, publication)));
  return lags;
}

async function manifestLags(
  world: World,
  publication: PublicationConfig,
): Promise<readonly ProjectionLag[]> {
  const path = publication.canonical_manifest;
  const lags: ProjectionLag[] = [];
  try {
    const standing = await manifestStanding(world, publication);
    if (standing !== null)
      lags.push({ code: codeOf(standing.kind), path, reason: standing.reason });
  } catch (error) {
    if (!(error instanceof CanonryError) || error.exit === 7) throw error;
    lags.push({ code: "MANIFEST_CONFLICT", path, reason: error.describe() });
  }
  const history = await historyLag(world, publication);
  if (history !== null) {
    const { path: beside, reason } = history;
    lags.push({ code: "MANIFEST_BEHIND", path: beside, reason });
  }
  return lags;
}

function codeOf(
  kind: NonNullable<Awaited<ReturnType<typeof manifestStanding>>>["kind"],
): ProjectionLag["code"] {
  if (kind === "write") return "MANIFEST_BEHIND";
  return kind === "conflict" ? "MANIFEST_CONFLICT" : "MANIFEST_EDITED";
}

/**
 * What the files know and the ledger does not, in words: a state, or a manifest that nobody edited, of a time that
 * the ledger has not seen. So it is after a restore of an older database, or with another one.
 */
export async function filesAhead(world: World): Promise<readonly string[]> {
  const found: string[] = [];
  const [written, state] = [await ledgerWrittenAt(world.database), await stateAt(world)];
  if (state !== null && (written === null || state > written)) {
    const last = written === null ? "is empty" : `was last written ${written}`;
    found.push(`${world.paths.keys.state} of ${state}, and the ledger ${last}`);
  }
  for (const publication of world.config.publications) {
    const standing = await manifestStanding(world, publication).catch(() => null);
    if (standing?.kind === "import")
      found.push(`${publication.canonical_manifest}: ${standing.reason}`);
  }
  return found;
}

/** The time of the ledger that state.json was made of; null if nothing can be read from it. */
async function stateAt(world: World): Promise<string | null> {
  const text = await world.data.readText(world.paths.keys.state);
  try {
    const { ledger_at: at } = JSON.parse(text ?? "{}") as { ledger_at?: unknown };
    return typeof at === "string" ? at : null;
  } catch {
    return null;
  }
}
