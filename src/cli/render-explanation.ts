import type { SourceTrail } from "../inquiry/explain.ts";
import { count } from "./table.ts";

/** The audit trail of a source, newest period first, as a person reads it. */
export function renderExplanation(trail: SourceTrail): string {
  const lines = [
    `${trail.source}: ${trail.title}`,
    `  publication ${trail.publication}, contract version ${trail.contract_version}, ${trail.coverage}, grain ${trail.grain.join(" + ") || "none"}`,
  ];
  for (const load of trail.loads) {
    const current = load.is_current ? "current" : load.expired === null ? "superseded" : "expired";
    lines.push(
      "",
      `${load.period} vintage ${load.vintage} (${current}), load ${load.load_id} of ${load.loaded_at}`,
      `  ${count(load.rows_data)} data rows, ${count(load.rows_total)} total rows; run ${load.run_id}; manifest contract ${load.contract_version}`,
    );
    if (load.expired !== null)
      lines.push(`  its rows left the table ${load.expired}; its files stay, by the sha256 below`);
    for (const part of load.parts) {
      const place = [part.member, part.sheet].filter((text) => text !== null).join(" / ");
      lines.push(
        `  part ${part.part}: ${part.file_name}${place === "" ? "" : ` / ${place}`}!${part.range}`,
      );
      lines.push(`    sha256 ${part.artifact}`);
      for (const url of part.links) lines.push(`    from ${url}`);
    }
  }
  for (const outcome of trail.outcomes) {
    lines.push("", `${outcome.period} ${outcome.status}: ${outcome.reason}`);
  }
  return lines.join("\n");
}
