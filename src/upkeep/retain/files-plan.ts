import type { Verdict } from "../../model/retention.ts";
import { dayOf, days, daysBetween } from "./age.ts";
import type { FoundArtifact, FoundLeftover, FoundRun, RetentionFacts } from "./facts.ts";

/** What nobody wrote to for so long has no writer any more, whatever machine it was on. */
const LEFTOVER_DAYS = 1;

/** What a run comes to whose working files nobody needs. */
const ENDED_WELL: ReadonlySet<string> = new Set(["loaded", "unchanged", "not_published", "dry"]);

type Facts = Pick<RetentionFacts, "now" | "settings">;

/** Pure. Working files of a run go when it ended well, those of another after some days, those of a live one never. */
export function judgeRun({ now, settings }: Facts, run: FoundRun): Verdict {
  const { key, run_id, size_bytes, files, modified_at } = run;
  const item = { kind: "working_files", key, size_bytes } as const;
  const stays = (reason: string): Verdict => ({ ...item, reason, action: null });
  const goes = (reason: string): Verdict => ({
    ...item,
    reason,
    action: { kind: "working_files", run_id, size_bytes, files, modified_at },
  });
  if (run.is_live) return stays("its run is at work");
  if (run.status !== null && ENDED_WELL.has(run.status)) return goes(`its run is ${run.status}`);
  if (run.status === "running")
    return stays("its run was cut short: it is ended first, and then its files are kept a while");
  const most = settings.failed_runs_days;
  // Whoever looks into it may write there.
  const last = [run.ended_at ?? modified_at, modified_at].sort().at(-1) ?? modified_at;
  const what = run.status === null ? "no run that the ledger knows" : `its run is ${run.status}`;
  const age = daysBetween(last, now);
  return age < most
    ? stays(`${what}: kept for ${days(most)} after ${dayOf(last)}`)
    : goes(`${what}, and ${days(most)} have passed since ${dayOf(last)}`);
}

/** Pure. What a writer left unfinished goes when the writer is gone. */
export function judgeLeftover({ now }: Pick<Facts, "now">, found: FoundLeftover): Verdict {
  const { key, size_bytes, modified_at, writer } = found;
  const item = { kind: "leftover", key, size_bytes } as const;
  const action = { kind: "leftover", path: key, size_bytes, modified_at } as const;
  if (writer === "alive") return { ...item, reason: "its writer is at work", action: null };
  if (writer === "gone") return { ...item, reason: "unfinished, and its writer is gone", action };
  return daysBetween(modified_at, now) < LEFTOVER_DAYS
    ? { ...item, reason: "unfinished; its writer may be on another machine", action: null }
    : { ...item, reason: `unfinished, and not written to since ${dayOf(modified_at)}`, action };
}

const ALL = new Set(["catalog.parquet", "datapackage.json"]);

/**
 * Pure. An export goes when the ledger knows its source and the source holds nothing any more. What the ledger
 * never had is kept: where the database was lost it is the only copy.
 */
export function judgeExport(
  sources: RetentionFacts["sources"],
  { key, name, size_bytes }: RetentionFacts["exports"][number],
): Verdict {
  const item = { kind: "export", key, size_bytes } as const;
  const stays = (reason: string): Verdict => ({ ...item, reason, action: null });
  if (ALL.has(name)) {
    if (sources.current.length > 0) return stays("the latest, over all sources");
    if (sources.known.length === 0) return stays("the ledger knows no source: it is the only copy");
    const action = { kind: "export", name, source: "catalog.parquet", size_bytes } as const;
    return { ...item, reason: "no source holds anything any more", action };
  }
  const source = /^(.+)\.(?:parquet|md)$/.exec(name)?.[1];
  if (source === undefined) return stays("no export: not ours to remove");
  if (sources.current.includes(source)) return stays("the latest of its source");
  if (!sources.known.includes(source))
    return stays("the ledger has no source of that name: it may be the only copy");
  const action = { kind: "export", name, source, size_bytes } as const;
  return { ...item, reason: `${source} holds nothing any more`, action };
}

/** Pure. Artifacts are kept for ever, or, where nothing refers to them, for some days. */
export function judgeArtifact({ now, settings }: Facts, found: FoundArtifact): Verdict {
  const { key, sha256, size_bytes, first_seen_at, used_by } = found;
  const item = { kind: "artifact", key, size_bytes } as const;
  const most = settings.artifacts_days;
  if (most === null) return { ...item, reason: "artifacts are kept for ever", action: null };
  if (used_by !== null) return { ...item, reason: used_by, action: null };
  if (daysBetween(first_seen_at, now) < most) {
    const reason = `kept for ${days(most)} after ${dayOf(first_seen_at)}`;
    return { ...item, reason, action: null };
  }
  const reason = `nothing refers to it, and ${days(most)} have passed since ${dayOf(first_seen_at)}`;
  return { ...item, reason, action: { kind: "artifact", sha256, size_bytes } };
}
