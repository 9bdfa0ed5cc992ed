import {
  FINDINGS,
  type Finding,
  type FindingCode,
  findingsOf,
  type Sighting,
} from "../../model/finding.ts";
import type { Plan } from "../../model/stage.ts";
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

/** What is found, and what would be moved where and why. Pure. */
export function plan(seen: Observations): Diagnosis {
  const { home, database, ledger, bounds, today } = seen;
  const strays = [...straysOf(home), ...strangeExports(seen)];
  const sightings: readonly Sighting[] = [
    ...homeSightings(
      home,
      strays.filter((one) => !isWithin(one.path, "data/exports")),
      { database, bounds },
    ),
    ...manifestOrphans(home),
    ...databaseSightings(seen, bounds),
    ...(ledger === null ? [] : ledgerSightings(ledger, bounds)),
    ...projectionSightings(seen),
    ...elsewhereSightings(seen),
    ...restoreSightings(seen),
  ];
  const notLookedFor = [
    ...(database.kind === "open" ? [] : OF_SERVER),
    ...(ledger === null ? OF_LEDGER : []),
    ...(seen.elsewhere === null ? (["STORAGE_DOWN"] as const) : []),
    ...(seen.backups === null ? (["RESTORE_UNPROVEN"] as const) : []),
  ];
  const codes = Object.keys(FINDINGS) as FindingCode[];
  const lookedFor = new Set(codes.filter((code) => !notLookedFor.includes(code)));
  return {
    findings: findingsOf(sightings, lookedFor),
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

function restoreSightings({ backups, bounds, today }: Observations): readonly Sighting[] {
  if (backups === null || backups.count === 0) return [];
  const { count, provenAt } = backups;
  const days = provenAt === null ? null : daysFrom(provenAt.slice(0, 10), today);
  if (days !== null && days <= bounds.provenDays) return [];
  const last = days === null ? "none was ever restored" : `the last was restored ${days} days ago`;
  const seen = `${count === 1 ? "there is a backup" : `there are ${count} backups`}, and ${last}`;
  return [{ code: "RESTORE_UNPROVEN", seen, where: "data/backups" }];
}

const daysFrom = (first: string, last: string): number =>
  Math.round((Date.parse(last) - Date.parse(first)) / 86_400_000);

/** Files among the exports that are of no source. */
function strangeExports({ home, ledger }: Observations): readonly Stray[] {
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
