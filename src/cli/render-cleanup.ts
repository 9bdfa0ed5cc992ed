import type { CleanupItem, CleanupReport } from "../pipeline/upkeep/cleanup.ts";
import { count, renderTable } from "./table.ts";

const DONE = { keep: "kept", archive: "archived", expire: "expired", remove: "removed" } as const;

/** Each item that goes, and what stays, counted by its reason. */
export function renderCleanup(report: CleanupReport): string {
  const { dry_run: dryRun, items, left, failed, freed_bytes: freed } = report;
  const goes = items.filter((one) => one.fate !== "keep");
  const kept = items.filter((one) => one.fate === "keep");
  const total = `${count(goes.length)} items, ${sizeOf(freed)}`;
  return [
    goes.length === 0
      ? "Nothing to do."
      : `${tableOf(goes, dryRun)}\n\n${dryRun ? "Would go" : "Gone"}: ${total}`,
    ...left.map((one) => `left as it was: ${one.key}: ${one.reason}`),
    ...failed.map((one) => `not done: ${one.key}: ${one.reason}`),
    ...(kept.length === 0 ? [] : ["", "Kept:", ...keptLines(kept)]),
  ].join("\n");
}

function tableOf(items: readonly CleanupItem[], dryRun: boolean): string {
  return renderTable(items, [
    { title: "item", value: (one) => one.key },
    { title: "what", value: (one) => (dryRun ? one.fate : DONE[one.fate]) },
    { title: "space", value: (one) => sizeOf(one.size_bytes), align: "right" },
    { title: "why", value: (one) => one.reason },
  ]);
}

/** One line a reason, with the first item that has it. */
function keptLines(items: readonly CleanupItem[]): readonly string[] {
  const groups = new Map<string, CleanupItem[]>();
  for (const one of items) {
    const name = `${one.kind} ${one.reason}`;
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return [...groups.values()].map((own) => {
    const [first] = own;
    const more = own.length === 1 ? "" : ` and ${count(own.length - 1)} more`;
    const size = own.reduce((sum, one) => sum + one.size_bytes, 0);
    return `  ${first?.key ?? ""}${more} (${sizeOf(size)}): ${first?.reason ?? ""}`;
  });
}

function sizeOf(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power] ?? ""}`;
}
