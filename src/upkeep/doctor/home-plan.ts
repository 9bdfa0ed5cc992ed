import type { Sighting } from "../../model/finding.ts";
import type { Bounds, DatabaseSeen, HomeSeen } from "./observation.ts";
import { isWithin, type Stray } from "./strays.ts";

/** What is seen in the folder of the home, without any database. Pure. */
export function homeSightings(
  home: HomeSeen,
  strays: readonly Stray[],
  { database, bounds }: { readonly database: DatabaseSeen; readonly bounds: Bounds },
): readonly Sighting[] {
  return [
    ...configuration(home),
    ...places(home),
    ...rights(home),
    ...strays.map(
      ({ path, reason, stays }): Sighting =>
        stays === null
          ? { code: "STRAY", seen: reason, where: path }
          : { code: "STRAY_KEPT", seen: `${reason}; ${stays}`, where: path },
    ),
    ...moves(home),
    ...versionControl(home),
    ...disk(home, database, bounds),
  ];
}

function configuration({ configProblem, namedAs }: HomeSeen): readonly Sighting[] {
  const found: Sighting[] = [];
  if (configProblem !== null)
    found.push({ code: "CONFIG_BROKEN", seen: configProblem, where: "config" });
  if (namedAs !== null && !namedAs.startsWith("/") && !/^[a-z]:[\\/]/i.test(namedAs)) {
    const seen = `CANONRY_HOME is ${JSON.stringify(namedAs)}, which depends on the working directory`;
    found.push({ code: "HOME_RELATIVE", seen, where: null });
  }
  return found;
}

/** A link or a file on the way to a place, or in its stead. */
function places({ entries, places: all }: HomeSeen): readonly Sighting[] {
  return entries
    .filter((one) => one.kind !== "folder" && all.some((place) => isWithin(place, one.path)))
    .map(({ path, kind }) => {
      const what = kind === "link" ? "a symbolic link" : kind === "file" ? "a file" : "no folder";
      return { code: "PLACE_BLOCKED", seen: `it is ${what} where a folder belongs`, where: path };
    });
}

function rights(home: HomeSeen): readonly Sighting[] {
  const found: Sighting[] = home.unwritable.map((path) => ({
    code: "PLACE_UNWRITABLE",
    seen: "this user may not write there",
    where: path === "" ? null : path,
  }));
  const { unreachable, passwordMode, deadStarter } = home;
  if (unreachable !== null)
    found.push({ code: "PLACE_UNREACHABLE", seen: unreachable, where: "data/database" });
  if (passwordMode !== null && (passwordMode & 0o077) !== 0) {
    const seen = `its mode is ${passwordMode.toString(8)}: others can read or write it`;
    found.push({ code: "PASSWORD_OPEN", seen, where: "data/database/password" });
  }
  if (deadStarter !== null) {
    const seen = `process ${deadStarter}, which took it, is gone`;
    found.push({ code: "SERVER_LOCK", seen, where: "data/database/starting.lock" });
  }
  return found;
}

function moves({ unfinishedMoves, unfinished }: HomeSeen): readonly Sighting[] {
  return [
    ...unfinishedMoves.map(
      ({ journal, from, problem }): Sighting =>
        from === null
          ? { code: "JOURNAL_BROKEN", seen: problem, where: journal }
          : { code: "MOVE_UNFINISHED", seen: `${journal} ${problem}`, where: from },
    ),
    ...unfinished.map(
      (path): Sighting => ({ code: "UNFINISHED", seen: "its writer is gone", where: path }),
    ),
  ];
}

function versionControl({ git, manifests }: HomeSeen): readonly Sighting[] {
  if (git.kind === "none") return [];
  if (git.kind === "unknown") return [{ code: "GIT_UNKNOWN", seen: git.reason, where: null }];
  const found: Sighting[] = manifests
    .filter((path) => git.ignored.has(path))
    .map((path) => ({
      code: "MANIFESTS_IGNORED",
      seen: "git ignores it",
      where: path,
      // A home within a larger repository, as an example or a fixture, may be left out of it on purpose.
      ...(git.isTop ? {} : { result: "note" as const }),
    }));
  for (const folder of ["data", "tmp"]) {
    const tracked = [...git.tracked].filter((path) => isWithin(path, folder));
    const [first] = tracked.filter((path) => !/(?:^|\/)\.git(?:keep|ignore)$/.test(path));
    if (first === undefined) continue;
    const seen = `git tracks ${tracked.length === 1 ? "a file" : `${tracked.length} files`} of it, such as ${first}`;
    found.push({ code: "DATA_TRACKED", seen, where: `${folder}/` });
  }
  return found;
}

function disk(home: HomeSeen, database: DatabaseSeen, bounds: Bounds): readonly Sighting[] {
  const size = database.kind === "open" && database.isLocal ? database.sizeBytes : 0;
  const least = Math.max(bounds.freeBytes, size * bounds.freeShare);
  if (home.freeBytes >= least) return [];
  const seen = `${mebibytes(home.freeBytes)} are free, and ${size === 0 ? "" : `with a database of ${mebibytes(size)} `}at least ${mebibytes(least)} should be`;
  return [{ code: "DISK_LOW", seen, where: null }];
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / (1 << 20))} MiB`;
}
