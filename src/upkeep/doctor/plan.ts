import {
  FINDINGS,
  type Finding,
  type FindingCode,
  findingsOf,
  type Sighting,
} from "../../model/finding.ts";
import type { Plan } from "../../model/stage.ts";
import { archiveSightings, backupSightings, lastProven } from "./backups-plan.ts";
import { homeSightings } from "./home-plan.ts";
import {
  databaseSightings,
  exportOrphans,
  ledgerSightings,
  projectionSightings,
} from "./ledger-plan.ts";
import type { HomeSeen, Observations } from "./observation.ts";
import { isWithin, keptByGit, type Move, movesOf, type Stray, straysOf } from "./strays.ts";

export interface Diagnosis extends Plan<Move> {
  readonly findings: readonly Finding[];
  /** Codes that could not be looked for, because the database could not be asked. */
  readonly notLookedFor: readonly FindingCode[];
}

const OF_LEDGER: readonly FindingCode[] = [
  ...(["LOCK_STUCK", "LEDGER_EMPTY", "LEDGER_BEHIND", "RUN_STALE", "RUN_FOLDER"] as const),
  ...(["ARTIFACT_LOST", "ARTIFACT_GONE", "ARTIFACT_DAMAGED", "ARTIFACT_ORPHAN"] as const),
  ...(["PURGED_BYTES", "EXPORT_ORPHAN", "STATE_BEHIND", "EXPORT_BEHIND"] as const),
  ...(["MANIFEST_BEHIND", "MANIFEST_EDITED", "MANIFEST_CONFLICT", "RELEASE_OVERDUE"] as const),
];
const OF_SERVER: readonly FindingCode[] = [
  ...(["DATABASE_OLD", "MIGRATION_PENDING", "MIGRATION_UNKNOWN", "CLOCK_SKEW"] as const),
];

const OF_BACKUPS: readonly FindingCode[] = ["BACKUP_DAMAGED", "PROOF_FAILED", "RESTORE_UNPROVEN"];

/** What is found, and what would be moved where and why. Pure. */
export function plan(seen: Observations): Diagnosis {
  const { home, database, bounds, today } = seen;
  const own = straysOf(home);
  const ledger = withoutStrays(seen.ledger, own);
  const strays = [...own, ...strangeExports(home, ledger)];
  const sightings: readonly Sighting[] = [
    ...homeSightings(home, own, { database, bounds }),
    ...manifestOrphans(home),
    ...databaseSightings(seen, bounds),
    ...(ledger === null ? [] : ledgerSightings(ledger, bounds)),
    ...projectionSightings(seen),
    ...elsewhereSightings(seen),
    ...archiveSightings(seen),
    ...backupSightings(seen),
  ];
  const notLookedFor = [
    ...(database.kind === "open" ? [] : OF_SERVER),
    ...(ledger === null ? OF_LEDGER : []),
    ...(seen.elsewhere === null ? (["STORAGE_DOWN"] as const) : []),
    ...(seen.damagedArchives === null ? (["LOG_ARCHIVE_DAMAGED"] as const) : []),
    ...(seen.backups === null || ledger === null
      ? (["BACKUP_FOREIGN", "BACKUP_NONE"] as const)
      : []),
    ...(seen.backups === null ? OF_BACKUPS : []),
  ];
  const codes = Object.keys(FINDINGS) as FindingCode[];
  const lookedFor = new Set(codes.filter((code) => !notLookedFor.includes(code)));
  return {
    findings: findingsOf(sightings, lookedFor, lastProven(seen)),
    notLookedFor: notLookedFor.filter((code) => !sightings.some((one) => one.code === code)),
    todo: movesOf(strays, home, today),
    skipped: strays.flatMap(({ path, reason, stays }) =>
      stays === null ? [] : [{ key: path, reason: `${reason}; ${stays}` }],
    ),
  };
}

function elsewhereSightings({ elsewhere }: Observations): readonly Sighting[] {
  if (elsewhere === null) return [];
  if (elsewhere.kind === "down")
    return [{ code: "STORAGE_DOWN", seen: elsewhere.reason, where: null }];
  return elsewhere.unfinished.map((where) => ({
    code: "UNFINISHED",
    seen: "its writer is gone, or it is over a day old",
    where,
  }));
}

/** What stands in a folder among the exports goes with the folder. */
function withoutStrays(
  ledger: Observations["ledger"],
  strays: readonly Stray[],
): Observations["ledger"] {
  const isStray = (name: string): boolean =>
    strays.some((one) => isWithin(`data/exports/${name}`, one.path));
  return ledger && { ...ledger, exports: ledger.exports.filter((name) => !isStray(name)) };
}

/** Files among the exports that are of no source. */
function strangeExports(home: HomeSeen, ledger: Observations["ledger"]): readonly Stray[] {
  return (ledger === null ? [] : exportOrphans(ledger)).map((name) => {
    const path = `data/exports/${name}`;
    const isLocal = home.entries.some((one) => one.path === path);
    const stays = isLocal
      ? keptByGit(path, home.git)
      : "it stands in another storage: delete it there";
    return { path, kind: "unowned", reason: "an export of no source", stays };
  });
}

/** Manifests of publications that the configuration does not name; their history goes with them. */
function manifestOrphans({ entries, manifests, named }: HomeSeen): readonly Sighting[] {
  if (named === null) return [];
  return entries
    .filter(({ path, kind }) => kind === "file" && path.startsWith("manifests/canonical/"))
    .filter(({ path }) => path.endsWith("_canonical.yaml") && !manifests.includes(path))
    .map(({ path }) => ({
      code: "MANIFEST_ORPHAN",
      seen: "it is of no publication that is configured",
      where: path,
    }));
}
