import type {
  OpenDecision,
  PlannedAction,
  PlannedPublication,
  PlannedRelease,
  ReleasePlan,
} from "../model/manifest/release-plan.ts";
import { squeeze } from "../model/text.ts";
import { count } from "./table.ts";

/** A plan as a person reads it: a block a release that would change or waits, then what is open, then how to go on. */
export function renderPlan(plan: ReleasePlan, out: string | null): string {
  const releases = plan.publications.flatMap((one) =>
    one.releases.map((release) => ({ publication: one.publication, release })),
  );
  const busy = releases.filter(({ release }) => !isIdle(release));
  const parts = [
    ...plan.publications.flatMap(takenUp),
    ...busy.map(({ publication, release }) => renderRelease(publication, release)),
    unplaced(plan),
    idle(releases.map((one) => one.release)),
    decisions(plan.open_decisions),
    total(plan, out),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

const isIdle = ({ actions, left_out: left, status }: PlannedRelease): boolean =>
  actions.every((one) => one.verdict === "unchanged") && left.length === 0 && status !== "failed";

function takenUp({ publication, manifest }: PlannedPublication): readonly string[] {
  return manifest.taken_up === null
    ? []
    : [
        `${publication}: the manifest's file is taken up first, as version ${manifest.taken_up.version}`,
      ];
}

function renderRelease(publication: string, release: PlannedRelease): string {
  return [
    `${publication} ${release.period}: ${release.reason}`,
    ...release.actions.flatMap(renderAction),
    ...release.left_out.map((text) => `  left out: ${text}`),
  ].join("\n");
}

function renderAction({ source, verdict, reason, drift, load }: PlannedAction): readonly string[] {
  return [
    `  ${verdict.padEnd(10)} ${source}: ${load === null ? reason : loaded(load, reason)}`,
    ...drift.map(
      (one) =>
        `    drift ${one.kind}${one.column === undefined ? "" : ` of ${one.column}`}: ${one.evidence}`,
    ),
    ...statements(load?.ddl ?? []),
  ];
}

function loaded(
  { rows_data, rows_total, vintage }: NonNullable<PlannedAction["load"]>,
  reason: string,
): string {
  const totals =
    rows_total === 0 ? "" : ` and ${count(rows_total)} total${rows_total === 1 ? "" : "s"}`;
  const issue = vintage === 1 ? "new" : "a re-issue";
  return `${count(rows_data)} rows${totals}, vintage ${vintage} (${issue}); ${reason}`;
}

/** What only comments is counted; the JSON has every statement. */
function statements(ddl: readonly string[]): readonly string[] {
  const isComment = (statement: string): boolean => statement.startsWith("comment on ");
  const comments = ddl.filter(isComment).length;
  const lines = ddl.filter((one) => !isComment(one)).map((one) => `      ${squeeze(one)};`);
  return [...lines, ...(comments === 0 ? [] : [`      and ${comments} comments on columns`])];
}

function unplaced(plan: ReleasePlan): string {
  return plan.publications
    .flatMap((one) => [
      ...one.unplaced.map(({ url, reason }) => `${url}: of no period: ${reason}`),
      ...one.unseen.map(({ url, reason }) => `${url}: not looked at: ${reason}`),
    ])
    .join("\n");
}

function idle(releases: readonly PlannedRelease[]): string {
  const quiet = releases.filter(isIdle);
  if (quiet.length === 0) return "";
  const counts = new Map<string, number>();
  for (const { status } of quiet) {
    const word = status === "unchanged" ? "as they were" : status.replace("_", " ");
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const words = [...counts].map(([word, n]) => `${n} ${word}`).join(", ");
  return `Nothing to do for ${quiet.length} releases: ${words}.`;
}

function decisions(open: readonly OpenDecision[]): string {
  if (open.length === 0) return "";
  return [
    "Waits for a decision:",
    ...open.flatMap(({ id, kind, source, evidence, waiting, asked }) => [
      `  ${id}  ${kind.replaceAll("_", " ")} in ${source}, for ${waiting.join(", ")}: ${evidence}`,
      asked
        ? `    canonry approve ${id}, or reject`
        : `    asked when this is applied; then canonry approve ${id}, or reject`,
    ]),
  ].join("\n");
}

function total(plan: ReleasePlan, out: string | null): string {
  const actions = plan.publications.flatMap((one) => one.releases).flatMap((one) => one.actions);
  const loads = actions.flatMap(({ load }) => load ?? []);
  const rows = loads.reduce((sum, one) => sum + one.rows_data + one.rows_total, 0);
  const of = (verdict: PlannedAction["verdict"]): number =>
    actions.filter((one) => one.verdict === verdict).length;
  const words = [
    `${loads.length} loads of ${count(rows)} rows`,
    ...(of("hold") > 0 ? [`${of("hold")} held`] : []),
    ...(of("quarantine") > 0 ? [`${of("quarantine")} quarantined`] : []),
  ];
  const next = out === null ? "" : `\nDo it: canonry apply ${out}`;
  return `Planned: ${words.join(", ")}. Nothing was loaded.${next}`;
}
