import { removeEmptyRuns, removeLeftover } from "../../data-layer/leftovers.ts";
import { forgetExport } from "../../database/export/exports.ts";
import { expireArtifact, expireLoad } from "../../database/vintages/retention.ts";
import { CanonryError } from "../../model/errors.ts";
import { stableJson } from "../../model/hash.ts";
import type {
  RetentionAction,
  RetentionKind,
  RetentionOutcome,
  RetentionPlan,
} from "../../model/retention.ts";
import type { Planned } from "../../model/stage.ts";
import { archiveMonth, type LogToArchive } from "./archive-logs.ts";
import { plan } from "./plan.ts";
import { type RetainNeeds, survey } from "./survey.ts";

type Todo = readonly Planned<RetentionAction>[];

/**
 * Does what a plan says, and nothing else: each kind is looked at again right before, and what is no longer as it
 * was planned is left, and said. A failure stops only the item that it is of.
 */
export async function apply(
  needs: RetainNeeds,
  { todo }: Pick<RetentionPlan, "todo">,
): Promise<RetentionOutcome> {
  const outcomes: RetentionOutcome[] = [];
  for (const kind of new Set(todo.map((one) => one.action.kind))) {
    const own = todo.filter((one) => one.action.kind === kind);
    const now = plan(await survey(needs, new Set<RetentionKind>([kind])));
    const found = new Map(now.todo.map((one) => [one.key, stableJson(one.action)]));
    const same = own.filter((one) => found.get(one.key) === stableJson(one.action));
    const left = own
      .filter((one) => !same.includes(one))
      .map(({ key }) => ({ key, reason: whyLeft(key, now) }));
    outcomes.push({ done: [], left, failed: [] });
    if (kind === "log") outcomes.push(...(await archiveAll(needs, same)));
    else for (const one of same) outcomes.push(await attempt(needs, one));
  }
  await removeEmptyRuns(needs.data.paths);
  return {
    done: outcomes.flatMap((one) => one.done),
    left: outcomes.flatMap((one) => one.left),
    failed: outcomes.flatMap((one) => one.failed),
  };
}

function whyLeft(key: string, now: RetentionPlan): string {
  const kept = now.skipped.find((one) => one.key === key);
  if (kept !== undefined) return kept.reason;
  return now.todo.some((one) => one.key === key)
    ? "it changed since it was planned"
    : "it is gone already";
}

/** Month after month, so that each archive is written once. */
async function archiveAll(needs: RetainNeeds, todo: Todo): Promise<readonly RetentionOutcome[]> {
  const { data } = needs;
  const outcomes: RetentionOutcome[] = [];
  const months = new Map<string, LogToArchive[]>();
  for (const planned of todo) {
    const { action } = planned;
    if (action.kind !== "log") continue;
    const { month } = action;
    if (month === null) outcomes.push(await attempt(needs, planned));
    else months.set(month, [...(months.get(month) ?? []), { ...planned, action }]);
  }
  for (const [month, own] of [...months].sort()) {
    const archived = unlessStopped(needs, own, () => archiveMonth(data, month, own));
    outcomes.push(
      await archived.catch((error: unknown) => failed(data.paths.keys.archivedLogs(month), error)),
    );
  }
  return outcomes;
}

async function attempt(
  needs: RetainNeeds,
  planned: Planned<RetentionAction>,
): Promise<RetentionOutcome> {
  try {
    return await unlessStopped(needs, [planned], async () => {
      const reason = await perform(needs, planned.action);
      return reason === null
        ? { done: [planned], left: [], failed: [] }
        : { done: [], left: [{ key: planned.key, reason }], failed: [] };
    });
  } catch (error) {
    return failed(planned.key, error);
  }
}

/** What was begun is finished; what was not is left. */
async function unlessStopped(
  { signal }: RetainNeeds,
  todo: Todo,
  work: () => Promise<RetentionOutcome>,
): Promise<RetentionOutcome> {
  if (!signal.aborted) return work();
  return { done: [], left: todo.map(({ key }) => ({ key, reason: "interrupted" })), failed: [] };
}

function failed(key: string, error: unknown): RetentionOutcome {
  // Without the database there is nothing to go on with.
  if (!(error instanceof CanonryError) || error.code.startsWith("DATABASE_")) throw error;
  if (error.code === "LOCK_HELD")
    return { done: [], left: [{ key, reason: "another works on it" }], failed: [] };
  return { done: [], left: [], failed: [{ key, reason: error.describe() }] };
}

/** Why it was left; null if it was done. */
async function perform(needs: RetainNeeds, action: RetentionAction): Promise<string | null> {
  const { data, database, backups } = needs;
  const gone = (was: boolean): string | null => (was ? null : "it is gone already");
  switch (action.kind) {
    case "log":
      return gone(await data.storageOf("logs").remove(action.key));
    case "log_archive":
      return gone(await data.storageOf("archive").remove(action.key));
    case "working_files":
      await data.removeRun(action.run_id);
      return null;
    case "leftover":
      await removeLeftover(data.paths, action.path);
      return null;
    case "export":
      return gone(await removeExport(needs, action));
    case "vintage":
      return expireVintage(needs, action);
    case "artifact":
      return (await expireArtifact(database, action.sha256, () =>
        data.removeArtifact(action.sha256),
      ))
        ? null
        : "something refers to it by now";
    case "backup":
      await backups.forget(action.id);
      return null;
  }
}

/** While nobody exports. */
function removeExport(
  { data, database }: RetainNeeds,
  { name, source }: { readonly name: string; readonly source: string },
): Promise<boolean> {
  return database.inTurn("canonry.exports", async () => {
    await forgetExport(database, source);
    return data.removeExport(name);
  });
}

/** Its files are read to their last byte before its rows go: where they are not what they were, the rows are the only copy. */
async function expireVintage(
  { data, database }: RetainNeeds,
  action: Extract<RetentionAction, { kind: "vintage" }>,
): Promise<string | null> {
  for (const sha256 of action.artifacts) {
    const facts = await data.artifactFacts(sha256, true);
    if (facts?.sha256 !== sha256)
      return `its rows are the only copy: artifact ${sha256} is damaged or gone`;
  }
  return expireLoad(database, action, action.policy);
}
