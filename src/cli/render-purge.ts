import type { PurgeScope } from "../model/purge.ts";
import type { PurgeReport } from "../pipeline/vintages/purge.ts";
import { count } from "./table.ts";

/** What went, or would go; what stays somewhere else, and where. */
export function renderPurge(report: PurgeReport): string {
  const { scope, before, dry_run: dryRun } = report;
  const known = before.map(
    (one) =>
      `${one.source} ${one.period} vintage ${one.vintage}: purged before, by ${one.by} on ${one.on}: ${one.reason}`,
  );
  const nothing = scope.loads.length === 0 && report.removed.length === 0;
  return [
    ...known,
    ...(nothing ? ["Nothing to do."] : goes(report)),
    ...(scope.loads.length === 0 ? [] : stays(scope, report.backups, dryRun)),
  ].join("\n");
}

function goes({ scope, dry_run: dryRun, current, removed, exports }: PurgeReport): string[] {
  const verb = dryRun ? "would go" : "gone";
  const written = exports.filter((one) => one.status === "written").length;
  return [
    ...scope.loads.map((one) => {
      const next = dryRun ? "" : currentNow(current[one.source] ?? null);
      return `${verb}: ${one.source} ${one.period} vintage ${one.vintage}, ${count(one.rows)} rows${next}`;
    }),
    ...scope.artifacts
      .filter((one) => one.used_by.length === 0)
      .map((one) => `${verb}: the file ${one.file_name}, ${one.sha256}`),
    ...(scope.generations.length === 0
      ? []
      : [`${verb}: the texts of ${scope.generations.length} drafts and enriched documents`]),
    ...(scope.quarantined === 0 ? [] : [`${verb}: ${scope.quarantined} entries in quarantine`]),
    ...removed.map((path) => `removed: ${path}`),
    ...(dryRun ? [] : [`Exports: ${written} written`]),
  ];
}

function currentNow(vintage: number | null): string {
  return vintage === null ? "; none is current now" : `; vintage ${vintage} is current`;
}

function stays(scope: PurgeScope, backups: PurgeReport["backups"], dryRun: boolean): string[] {
  const kept = scope.artifacts.flatMap((one) =>
    one.used_by.length === 0
      ? []
      : [`  the file ${one.file_name}, ${one.sha256}: ${one.used_by.join(", ")} came from it`],
  );
  return [
    "",
    `It ${dryRun ? "would stay" : "stays"} where this program does not reach, or must not:`,
    ...kept,
    ...scope.links.map((url) => `  ${url}: not ours to remove; it is not loaded again`),
    ...(backups.length === 0
      ? ["  no backups"]
      : backups.map(({ name, loads }) =>
          loads === null
            ? `  ${name}: made before; nobody knows what it holds`
            : `  backup ${name}: \`canonry backup forget ${name}\`; a restore of it buries this again`,
        )),
    "  files of Postgres (free space, WAL), until they are written over: VACUUM FULL writes a table anew",
  ];
}
