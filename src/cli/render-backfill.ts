import { relative } from "node:path";
import type { BackfillReport, ReleaseReport } from "../model/report.ts";
import type { World } from "../pipeline/world.ts";
import { count, renderTable, seconds } from "./table.ts";

interface Line {
  readonly publication: string;
  readonly period: string;
  readonly status: string;
  readonly rows: string;
  readonly detail: string;
}

/** What a backfill did, in at most 100 columns: a line a release, exports, what to try next. */
export function renderBackfill(
  report: BackfillReport,
  { paths, data }: Pick<World, "paths" | "data">,
  cwd: string,
): string {
  const place = `${data.placeOf("exports").replace(/\/$/, "")}/exports`;
  const parts = [releases(report), problems(report), remarks(report), exportsOf(report, place)];
  if (!report.dry_run) parts.push(next(report, homeFlag(paths.home, cwd)));
  return parts.filter((part) => part !== "").join("\n\n");
}

function releases(report: BackfillReport): string {
  if (report.releases.length === 0) return "No release is configured for this selection.";
  const lines = report.releases.map(lineOf);
  const table = renderTable(lines, [
    { title: "publication", value: (line) => line.publication },
    { title: "period", value: (line) => line.period },
    { title: "status", value: (line) => line.status },
    { title: "rows", value: (line) => line.rows, align: "right" },
    { title: "what was done, and why", value: (line) => line.detail, shrinks: true },
  ]);
  const idle = report.releases.every((one) => one.status === "unchanged");
  const summary = idle
    ? `Nothing to do: ${report.releases.length} releases are as they were.`
    : `${report.dry_run ? "Planned" : "Done"}: ${tallies(report)} in ${seconds(report.duration_ms)}.`;
  return `${table}\n\n${summary}`;
}

function tallies(report: BackfillReport): string {
  const counts = new Map<string, number>();
  for (const one of report.releases) counts.set(one.status, (counts.get(one.status) ?? 0) + 1);
  const rows = report.releases
    .flatMap((one) => one.sources)
    .filter((one) => one.status === "loaded");
  const total = rows.reduce((sum, one) => sum + one.rows_data + one.rows_total, 0);
  const words = [...counts].map(([status, n]) => `${n} ${status.replace("_", " ")}`);
  return `${words.join(", ")}; ${count(total)} rows`;
}

function lineOf(release: ReleaseReport): Line {
  const loaded = release.sources.filter((one) => one.status === "loaded");
  const rows = loaded.reduce((sum, one) => sum + one.rows_data + one.rows_total, 0);
  return {
    publication: release.publication,
    period: release.period,
    status: release.status.replace("_", " "),
    rows: rows === 0 ? "" : count(rows),
    detail: release.reason,
  };
}

function problems(report: BackfillReport): string {
  const lines = report.releases.flatMap((release) => [
    ...(release.status === "failed" && release.sources.length === 0
      ? [`  ${release.period} ${release.publication}: failed: ${release.reason}`]
      : []),
    ...release.sources
      .filter(
        (one) => one.status === "held" || one.status === "quarantined" || one.status === "failed",
      )
      .map((one) => `  ${release.period} ${one.source}: ${one.status}: ${one.reason}`),
    ...release.left_out.map((text) => `  ${release.period} ${text}`),
  ]);
  lines.push(...report.unplaced.map((one) => `  ${one.url}: of no period: ${one.reason}`));
  lines.push(...report.unseen.map((one) => `  ${one.url}: not looked at: ${one.reason}`));
  return lines.length === 0 ? "" : ["Not loaded:", ...lines].join("\n");
}

/** At most this many lines; the event log has them all. */
const MOST_REMARKS = 10;

function remarks(report: BackfillReport): string {
  const lines = report.releases.flatMap((release) =>
    release.remarks.map((text) => `  ${release.period} ${text}`),
  );
  if (lines.length === 0) return "";
  const more = lines.length - MOST_REMARKS;
  return [
    "Read with care:",
    ...lines.slice(0, MOST_REMARKS),
    ...(more > 0 ? [`  and ${more} more: see data/logs/events`] : []),
  ].join("\n");
}

function exportsOf(report: BackfillReport, place: string): string {
  const written = report.exports.filter((one) => one.status === "written");
  const failed = report.exports.filter((one) => one.status === "failed");
  const lines: string[] = [];
  if (written.length > 0) {
    lines.push(`Exports: ${written.length} written to ${place} (with catalog.parquet)`);
  }
  for (const one of failed) lines.push(`  ${one.source}: export failed: ${one.reason}`);
  for (const one of report.repaired) lines.push(`Repaired ${one.path}: ${one.reason}`);
  return lines.join("\n");
}

/** What names the home from where the user stands; nothing inside the home itself. */
function homeFlag(home: string, cwd: string): string {
  const way = relative(cwd, home);
  return way === "" || way.startsWith("..") ? "" : ` --home ${way}`;
}

function next(report: BackfillReport, flag: string): string {
  const source = report.releases.flatMap((one) => one.sources)[0]?.source;
  const commands = [
    ["status", "what is loaded, period by period"],
    ...(source === undefined ? [] : [[`explain ${source}`, "where its rows came from"]]),
    ["db start", "an address for psql; tables are in silver.*"],
  ].map(([command = "", meaning = ""]) => [`npx canonry${flag} ${command}`, meaning] as const);
  const width = Math.max(...commands.map(([command]) => command.length));
  return [
    "Try next:",
    ...commands.map(([command, meaning]) => `  ${command.padEnd(width)}  ${meaning}`),
  ].join("\n");
}
