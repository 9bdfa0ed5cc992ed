import { stableJson } from "../hash.ts";
import type {
  CurrentLoad,
  ManifestVersion,
  PlannedAction,
  PlannedManifest,
  PlannedPublication,
  PlannedRelease,
  ReleasePlan,
} from "./release-plan.ts";

/** What moved since a plan was made. */
export interface PlanChange {
  readonly what: "reader" | "configuration" | "manifest" | "file" | "load" | "table" | "action";
  /** One line: which one, what it was and what it is. */
  readonly text: string;
}

export interface PlanStanding {
  readonly changes: readonly PlanChange[];
  /** Loads of the plan, and those that are made already. */
  readonly loads: number;
  readonly done: number;
}

type Tell = (what: PlanChange["what"], text: string) => void;

/**
 * How the world that `now` was made of stands to a plan. Where a load of the plan is made already, as after an
 * apply that was cut short, the world after it is as good as the one before. Pure.
 */
export function standingOf(plan: ReleasePlan, now: ReleasePlan): PlanStanding {
  const changes: PlanChange[] = [];
  const tell: Tell = (what, text) => changes.push({ what, text });
  const tally = { loads: 0, done: 0 };
  if (plan.reader_version !== now.reader_version) {
    tell("reader", `files were read by version ${plan.reader_version}, now ${now.reader_version}`);
  }
  for (const before of plan.publications) {
    const after = now.publications.find((one) => one.publication === before.publication);
    if (after === undefined) tell("configuration", `${before.publication} is no longer defined`);
    else comparePublication(before, after, tell, tally);
  }
  for (const { publication } of now.publications) {
    if (!plan.publications.some((one) => one.publication === publication))
      tell("configuration", `${publication} is new`);
  }
  return { changes, ...tally };
}

function comparePublication(
  before: PlannedPublication,
  after: PlannedPublication,
  tell: Tell,
  tally: { loads: number; done: number },
): void {
  const { publication } = before;
  const keys = new Set([...Object.keys(before.config), ...Object.keys(after.config)]);
  const changed = [...keys].filter((key) => before.config[key] !== after.config[key]).sort();
  for (const key of changed) tell("configuration", `${publication}: ${key} says something else`);
  compareManifest(before, after, tell);
  for (const release of before.releases) {
    const own = after.releases.find((one) => one.period === release.period);
    compareRelease(publication, release, own ?? { ...release, ...NOTHING }, tell, tally);
  }
  for (const release of after.releases) {
    if (before.releases.some((one) => one.period === release.period)) continue;
    compareFiles(`${publication} ${release.period}`, [], release.links, tell);
  }
}

const NOTHING = { decided: false, links: [], loads: [], actions: [] } as const;

/** A manifest may be as it was, or as the plan itself leaves it after any of its steps. */
function compareManifest(before: PlannedPublication, after: PlannedPublication, tell: Tell): void {
  const was: PlannedManifest = before.manifest;
  const steps = before.releases.flatMap((release) =>
    release.actions.flatMap(({ load }) => load?.manifest ?? []),
  );
  const own = [was.taken_up, ...steps].flatMap((one) => one?.digest ?? []);
  for (const copy of ["database", "file"] as const) {
    const is = after.manifest[copy];
    const allowed = [was[copy]?.digest, was.database?.digest, ...own];
    // A file that is missing is written again.
    if (is === null ? copy === "file" || was[copy] === null : allowed.includes(is.digest)) continue;
    const place = copy === "file" ? "file" : "version in the database";
    tell(
      "manifest",
      `manifest of ${before.publication}: the ${place} was ${named(was[copy])}, now ${named(is)}`,
    );
  }
}

function named(manifest: ManifestVersion | null): string {
  return manifest === null
    ? "not there"
    : `version ${manifest.version} (${manifest.digest.slice(0, 12)})`;
}

function compareRelease(
  publication: string,
  before: PlannedRelease,
  after: PlannedRelease,
  tell: Tell,
  tally: { loads: number; done: number },
): void {
  const place = `${publication} ${before.period}`;
  compareFiles(place, before.links, after.links, tell);
  const sources = new Set([
    ...[...before.loads, ...after.loads].map((one) => one.source),
    ...[...before.actions, ...after.actions].map((one) => one.source),
  ]);
  for (const source of sources) {
    const planned = before.actions.filter((one) => one.source === source);
    const is = after.loads.find((one) => one.source === source);
    const done = doneOf(planned, is);
    tally.loads += planned.filter((one) => one.load !== null).length;
    tally.done += done;
    if (done === 0) compareLoad(`${source} ${before.period}`, loadOf(before, source), is, tell);
    const now = after.actions.filter((one) => one.source === source);
    const left = planned.slice(done);
    if (isSame(left, now, done > 0 || !after.decided)) continue;
    if (isSame(left.map(unshaped), now.map(unshaped), false)) {
      tell("table", `table or view of ${source} is not as it was: ${shapeOf(now)}`);
      continue;
    }
    const why = after.decided ? "" : ` (${after.reason})`;
    tell("action", `${source} ${before.period}: planned ${said(left)}, now ${said(now)}${why}`);
  }
}

const loadOf = (release: PlannedRelease, source: string): CurrentLoad | undefined =>
  release.loads.find((one) => one.source === source);

/** How many of the planned loads of a source are made: up to the one that is current. */
function doneOf(planned: readonly PlannedAction[], is: CurrentLoad | undefined): number {
  const at = planned.findIndex(
    ({ load }) => load !== null && load.key === is?.key && load.vintage === is.vintage,
  );
  return at + 1;
}

/** What is left of a plan is planned again; where nothing is left, nothing is. */
function isSame(
  left: readonly PlannedAction[],
  now: readonly PlannedAction[],
  mayBeIdle: boolean,
): boolean {
  const idle = now.every((one) => one.verdict === "unchanged");
  if (mayBeIdle && idle && left.every((one) => one.load === null)) return true;
  return stableJson(left) === stableJson(now);
}

/** But for the statements that shape its table. */
function unshaped(action: PlannedAction): PlannedAction {
  return { ...action, load: action.load === null ? null : { ...action.load, ddl: [] } };
}

function shapeOf(actions: readonly PlannedAction[]): string {
  const [statement] = actions.flatMap(({ load }) => load?.ddl ?? []);
  return `now it would take ${statement?.slice(0, 120) ?? "no statement"}`;
}

function said(actions: readonly PlannedAction[]): string {
  const words = actions.map(({ verdict, reason, load }) =>
    load === null
      ? `${verdict} (${reason})`
      : `${verdict} of ${load.rows_data + load.rows_total} rows as vintage ${load.vintage} (key ${load.key.slice(0, 12)}, ${load.ddl.length} statements)`,
  );
  return words.length === 0 ? "nothing" : words.join(" and ");
}

function compareLoad(
  place: string,
  was: CurrentLoad | undefined,
  is: CurrentLoad | undefined,
  tell: Tell,
): void {
  if (was?.key === is?.key && was?.vintage === is?.vintage) return;
  const name = (load: CurrentLoad | undefined): string =>
    load === undefined ? "not loaded" : `vintage ${load.vintage} (key ${load.key.slice(0, 12)})`;
  tell("load", `the database's ${place} was ${name(was)}, now ${name(is)}`);
}

function compareFiles(
  place: string,
  before: PlannedRelease["links"],
  after: PlannedRelease["links"],
  tell: Tell,
): void {
  for (const url of new Set([...before, ...after].map((one) => one.url))) {
    const was = before.find((one) => one.url === url)?.sha256 ?? null;
    const is = after.find((one) => one.url === url)?.sha256 ?? null;
    if (was !== is)
      tell("file", `${url} (${place}) was ${was ?? "not there"}, now ${is ?? "not there"}`);
  }
}
