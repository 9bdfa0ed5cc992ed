import type { Sighting } from "../../model/finding.ts";
import { isStrange } from "./contents.ts";
import type {
  ArtifactSeen,
  Bounds,
  HomeSeen,
  LedgerSeen,
  LockSeen,
  Observations,
} from "./observation.ts";

/** The oldest Postgres that is supported, as `server_version_num` has it. */
const OLDEST_SERVER = 140_000;

/** What is seen of the database server. Pure. */
export function databaseSightings(
  { database, home }: Observations,
  bounds: Bounds,
): readonly Sighting[] {
  if (database.kind === "new") return noDatabase(home);
  if (database.kind === "down")
    return [{ code: "DATABASE_DOWN", seen: database.reason, where: null }];
  const found: Sighting[] = [];
  const tell = (code: Sighting["code"], seen: string): void => {
    found.push({ code, seen, where: "ops" });
  };
  if (database.version < OLDEST_SERVER) tell("DATABASE_OLD", `it is ${database.name}`);
  if (database.pending > 0)
    tell("MIGRATION_PENDING", `${database.pending} migrations are not applied`);
  if (database.unknown > 0)
    tell(
      "MIGRATION_UNKNOWN",
      `${database.unknown} migrations are of a program that is newer than this`,
    );
  // The question and its answer take time themselves.
  if (Math.abs(database.skewMs) > bounds.skewMs + database.roundTripMs) {
    const seconds = Math.round(Math.abs(database.skewMs) / 1000);
    tell("CLOCK_SKEW", `the database is ${seconds} s ${database.skewMs > 0 ? "ahead" : "behind"}`);
  }
  return found;
}

/** A home without a database is a new one, unless it holds what only a database can have given it. */
function noDatabase({ entries }: HomeSeen): readonly Sighting[] {
  const made = entries.filter(
    (one) => /^data\/(?:exports|acquire|state)\//.test(one.path) && !isStrange(one),
  );
  const [first] = made;
  if (first === undefined)
    return [{ code: "DATABASE_NEW", seen: "none was made yet", where: "data/database" }];
  const seen = `there is no database, and the home holds ${first.path}`;
  return [{ code: "LEDGER_EMPTY", seen, where: "data/database" }];
}

/** The ledger against store, runs, locks and exports. Pure. */
export function ledgerSightings(ledger: LedgerSeen, bounds: Bounds): readonly Sighting[] {
  return [
    ...ledger.locks.filter((one) => isStuck(one, bounds)).map(stuck),
    ...behind(ledger),
    ...runs(ledger),
    ...ledger.artifacts.flatMap((one) => artifact(one, ledger.stored.get(one.sha256))),
    ...orphans(ledger),
  ];
}

/** Whoever works on a release holds it by a connection that says nothing: a run makes that right for long. */
function isStuck({ state, idleSeconds, hasRun }: LockSeen, bounds: Bounds): boolean {
  if (state === "active") return false;
  return idleSeconds > (hasRun ? bounds.idleWithRunSeconds : bounds.idleWithoutRunSeconds);
}

function stuck({ name, pid, application, client, idleSeconds, hasRun, state }: LockSeen): Sighting {
  const who = `${application === "" ? "a program without a name" : application} from ${client ?? "this machine"}`;
  const run = hasRun ? "" : ", and no run is open";
  const seen = `server process ${pid} (${who}) holds it, ${state ?? "idle"} for ${Math.round(idleSeconds)} s${run}`;
  return { code: "LOCK_STUCK", seen, where: name };
}

function behind({
  loads,
  artifacts,
  stored,
  exports,
  exportNames,
  behind: files,
}: LedgerSeen): readonly Sighting[] {
  const strange = exports.filter((name) => name.endsWith(".parquet") && !exportNames.has(name));
  const holds = [
    stored.size > 0 ? `${stored.size} artifacts` : "",
    strange.length > 0 ? `${strange.length} exports` : "",
  ].filter((one) => one !== "");
  if (loads === 0 && artifacts.length === 0 && (holds.length > 0 || files.length > 0)) {
    const what = [...holds, ...files].join(", ");
    return [
      {
        code: "LEDGER_EMPTY",
        seen: `the ledger is empty, and the home holds ${what}`,
        where: "ops",
      },
    ];
  }
  return files.map((seen) => ({ code: "LEDGER_BEHIND", seen, where: "ops" }));
}

function runs({ runs: open, runFolders }: LedgerSeen): readonly Sighting[] {
  const live = new Set(open.filter((one) => one.held).map((one) => one.runId));
  return [
    ...open
      .filter((one) => !one.held)
      .map(({ runId, publication, period, startedAt }): Sighting => {
        const seen = `${publication} ${period} is called running since ${startedAt}, and nobody holds it`;
        return { code: "RUN_STALE", seen, where: runId };
      }),
    ...runFolders
      .filter((one) => !live.has(one.runId))
      .map(({ runId, status, release }): Sighting => {
        const seen = status === null ? "the ledger does not know its run" : `${release}: ${status}`;
        return { code: "RUN_FOLDER", seen, where: `tmp/manifests/${runId}` };
      }),
  ];
}

function artifact(one: ArtifactSeen, storedBytes: number | undefined): readonly Sighting[] {
  const { sha256, fileName, sizeBytes, isPurged, again, loads } = one;
  const where = `data/acquire/${sha256.slice(0, 2)}/${sha256}`;
  if (isPurged) {
    const seen = `bytes of what was purged: ${sha256}`;
    return storedBytes === undefined ? [] : [{ code: "PURGED_BYTES", seen, where }];
  }
  if (storedBytes === sizeBytes) return [];
  if (storedBytes !== undefined) {
    const seen = `${fileName} has ${storedBytes} bytes, the ledger ${sizeBytes}`;
    return [{ code: "ARTIFACT_DAMAGED", seen, where }];
  }
  const from = loads.length === 0 ? "" : `, of which came ${loads.join(", ")}`;
  const [address] = again;
  return address === undefined
    ? [{ code: "ARTIFACT_GONE", seen: `${fileName}${from}: nothing gives it again`, where }]
    : [{ code: "ARTIFACT_LOST", seen: `${fileName}${from}: it came from ${address}`, where }];
}

const TOLD = 5;

/** Files among the exports that are of no source. A ledger that knows less than the files is no judge of them. */
export function exportOrphans({
  loads,
  behind: newer,
  exports,
  exportNames,
}: LedgerSeen): readonly string[] {
  if (loads === 0 || newer.length > 0) return [];
  return exports.filter((name) => !exportNames.has(name));
}

function orphans(ledger: LedgerSeen): readonly Sighting[] {
  const { artifacts, stored } = ledger;
  const known = new Set(artifacts.map((one) => one.sha256));
  const unknown = [...stored.keys()].filter((sha256) => !known.has(sha256));
  const more = unknown.length - TOLD;
  return [
    ...unknown.slice(0, TOLD).map((sha256, at): Sighting => {
      const rest = at === TOLD - 1 && more > 0 ? `, and ${more} more` : "";
      const where = `data/acquire/${sha256.slice(0, 2)}/${sha256}`;
      return { code: "ARTIFACT_ORPHAN", seen: `no row of the ledger knows it${rest}`, where };
    }),
    ...exportOrphans(ledger).map(
      (name): Sighting => ({
        code: "EXPORT_ORPHAN",
        seen: "it is the export of no source",
        where: `data/exports/${name}`,
      }),
    ),
  ];
}

/** What the pipeline compared, and what the calendar says. Pure. */
export function projectionSightings(seen: Observations): readonly Sighting[] {
  const { projections, overdue, ledger } = seen;
  // A run writes them when it is done.
  const atWork = ledger?.runs.some((one) => one.held) === true;
  return [
    ...(projections ?? []).map(
      ({ code, path, reason }): Sighting => ({
        ...{ code, seen: atWork ? `${reason}; a run is at work` : reason, where: path },
        ...(atWork ? { result: "note" } : {}),
      }),
    ),
    ...(overdue ?? []).map(({ publication, periods, due }): Sighting => {
      const last = periods.at(-1) ?? "";
      const which =
        periods.length === 1 ? last : `${periods.length} periods from ${periods[0]} to ${last}`;
      const since = due === null ? "a later one is there" : `due on ${due}`;
      return { code: "RELEASE_OVERDUE", seen: `${which}, ${since}`, where: publication };
    }),
  ];
}
