import type { BackupLine } from "../inquiry/backups.ts";
import type { Plan } from "../model/stage.ts";
import type { CreateReport, VerifyReport } from "../pipeline/backup/backups.ts";
import type { RestoreReport } from "../pipeline/backup/restore-home.ts";
import { count, renderTable } from "./table.ts";

/** 1234567 as "1.2 MB". */
function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  const units = ["kB", "MB", "GB", "TB"];
  const step = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1_000 ** step).toFixed(1)} ${units[step - 1] ?? ""}`;
}

export function renderCreated(report: CreateReport): string {
  const tables = `${count(report.tables)} tables`;
  const head =
    report.id === null
      ? [
          `Would back up ${tables} as of ${report.made_at}:`,
          ...report.read.map((one) => `  read ${one.table}: ${one.reason}`),
          ...report.taken_over.map((one) => `  taken over ${one.table}: ${one.reason}`),
        ]
      : [
          `Backup ${report.id}: ${tables}, ${count(report.rows)} rows as of ${report.made_at}.`,
          `${count(report.new_parts)} new parts, ${size(report.new_bytes)}; ${count(report.taken_over.length)} tables taken over from the backup before.`,
        ];
  return [
    ...head,
    ...list("Not in it:", report.left_out),
    ...list("Secrets that were written out, and are not in it:", report.redacted),
    ...list("Odd about the database (`canonry verify --deep`):", report.notes),
    ...(report.id === null ? [] : [`Prove it: canonry backup verify ${report.id} --restore`]),
  ].join("\n");
}

const list = (title: string, items: readonly string[]): readonly string[] =>
  items.length === 0 ? [] : [title, ...items.map((item) => `  ${item}`)];

export function renderBackups(lines: readonly BackupLine[]): string {
  const isShared = new Set(lines.flatMap((one) => one.warehouse ?? [])).size > 1;
  return renderTable(lines, [
    { title: "backup", value: (one) => one.id },
    ...(isShared
      ? [{ title: "warehouse", value: (one: BackupLine) => one.warehouse?.slice(0, 8) ?? "" }]
      : []),
    { title: "state", value: (one) => one.state },
    { title: "tables", value: (one) => count(one.tables), align: "right" },
    { title: "rows", value: (one) => count(one.rows), align: "right" },
    { title: "size", value: (one) => size(one.size_bytes), align: "right" },
    { title: "restored and compared", value: proof },
  ]);
}

function proof({ state, proved, proved_at: at }: BackupLine): string {
  if (state === "unfinished") return "no backup: it has no inventory";
  if (at === null) return "never";
  return `${at.slice(0, 10)}${proved ? "" : ": it did not come back"}`;
}

export function renderVerified(report: VerifyReport): string {
  const { id, differences, receipt } = report;
  const what = `${count(report.tables)} tables, ${count(report.rows)} rows, ${count(report.parts)} parts`;
  const how = receipt === null ? "read" : "restored and compared";
  const end =
    differences.length === 0
      ? "it is whole."
      : `${count(differences.length)} ${differences.length === 1 ? "difference" : "differences"}.`;
  return [...differences, `Backup ${id} (${what}) was ${how}: ${end}`].join("\n");
}

export function renderRestored(report: RestoreReport): string {
  const { id, files } = report;
  const by = (result: string): readonly string[] =>
    files.filter((one) => one.result === result).map((one) => one.path);
  const database =
    report.database === "before"
      ? "the database was restored from it before, and is as it was found"
      : `${count(report.rows)} rows are in the database`;
  return [
    `Restored ${id} into ${report.home}: ${database}.`,
    ...list("Written:", by("written")),
    ...list("Kept, since another one stands there:", by("kept")),
    ...list("Purged since, and buried again:", report.buried),
    ...(report.artifacts === 0 ? [] : [`${count(report.artifacts)} artifacts put back.`]),
    "Next: canonry export, canonry state rebuild",
  ].join("\n");
}

export function renderForgotten(id: string, plan: Plan<string>, dryRun: boolean): string {
  if (!dryRun) {
    return `Forgot ${id}: ${count(plan.todo.length)} objects removed, ${count(plan.skipped.length)} stay for other backups.`;
  }
  return [
    ...plan.todo.map(({ key, reason }) => `would go: ${key}: ${reason}`),
    ...plan.skipped.map(({ key, reason }) => `would stay: ${key}: ${reason}`),
  ].join("\n");
}
