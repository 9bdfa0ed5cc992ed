import { checkRestored } from "../inquiry/backups.ts";
import { verify } from "../inquiry/verify/index.ts";
import type { EventSink } from "../model/events.ts";
import { publicationOfJob, UPKEEP_JOBS, type UpkeepJob } from "../model/job.ts";
import type { BackfillReport } from "../model/report.ts";
import { backfill } from "../pipeline/backfill.ts";
import { createBackup, proveBackup } from "../pipeline/backup/backups.ts";
import { EVERYTHING } from "../pipeline/release/backfill-options.ts";
import { cleanup } from "../pipeline/upkeep/cleanup.ts";
import type { JobResult, JobWork } from "../pipeline/upkeep/job-run.ts";
import { rereadLoad } from "../pipeline/vintages/reread.ts";
import type { World } from "../pipeline/world.ts";

type Upkeep = Omit<JobWork, "job">;

/** A job more is a line here, and one in `model/job.ts` with its schedule. */
const UPKEEP: Readonly<Record<UpkeepJob, Upkeep>> = {
  backup: { attention: [6], run: backUp },
  cleanup: { attention: [], run: cleanUp },
  verify: { attention: [], run: (world) => verifyAll(world, false) },
  verify_deep: { attention: [], run: (world) => verifyAll(world, true) },
  backup_proof: { attention: [], run: proveLast },
};

/** The job of a name, or null if there is none. */
export function jobOf(name: string, { config }: World): JobWork | null {
  const upkeep = UPKEEP_JOBS.find((one) => one === name);
  if (upkeep !== undefined) return { job: name, ...UPKEEP[upkeep] };
  const publication = publicationOfJob(name);
  if (!config.publications.some((one) => one.code === publication)) return null;
  return {
    job: name,
    attention: [3, 4, 6],
    run: (world, watch) => lookAt(world, publication ?? "", watch),
  };
}

async function verifyAll(world: World, deep: boolean): Promise<JobResult> {
  const { checked, differences } = await verify(world, {
    publications: [],
    periods: [],
    deep,
    reread: (loadId) => rereadLoad(world, loadId),
  });
  const [first] = differences;
  const seen = `${checked.loads} loads, ${checked.rows} rows, ${checked.artifacts} artifacts, ${checked.exports} exports`;
  if (first === undefined) return { exit: 0, detail: `${seen}: they agree` };
  return {
    exit: 6,
    detail: `${seen}: ${differences.length} differences, the first: ${first.kind} ${first.source ?? ""}`,
  };
}

async function backUp(world: World): Promise<JobResult> {
  const { with_artifacts: withArtifacts } = world.config.settings.backup;
  const options = { withArtifacts, full: false, force: false, dryRun: false };
  const { id, tables, rows, new_bytes: bytes, notes } = await createBackup(world, options);
  const [note] = notes;
  const made = `${id ?? ""}: ${tables} tables, ${rows} rows, ${bytes} bytes new`;
  return {
    exit: note === undefined ? 0 : 6,
    detail: note === undefined ? made : `${made}; ${note}`,
  };
}

/** Restores the newest backup beside the database, and compares. */
async function proveLast(world: World): Promise<JobResult> {
  const { id, rows, differences } = await proveBackup(world, null, checkRestored);
  const [first] = differences;
  if (first === undefined) return { exit: 0, detail: `${id}: ${rows} rows came back` };
  return { exit: 6, detail: `${id}: ${differences.length} differences, the first: ${first}` };
}

async function cleanUp(world: World, watch: EventSink): Promise<JobResult> {
  const { items, failed, freed_bytes: bytes } = await cleanup(world, { dryRun: false, watch });
  const gone = items.filter((one) => one.fate !== "keep").length;
  const left = failed.length === 0 ? "" : `, ${failed.length} could not be removed`;
  return {
    exit: failed.length === 0 ? 0 : 7,
    detail: `${gone} items, ${bytes} bytes freed${left}`,
  };
}

async function lookAt(world: World, publication: string, watch: EventSink): Promise<JobResult> {
  const report = await backfill(world, {
    ...EVERYTHING,
    publications: [publication],
    concurrency: world.config.settings.run.concurrency,
    watch,
  });
  return { exit: report.exit, detail: summary(report) };
}

/** "2 loaded, 14 unchanged". */
function summary({ releases, exports, unplaced, unseen }: BackfillReport): string {
  const counts = new Map<string, number>();
  for (const { status } of releases) counts.set(status, (counts.get(status) ?? 0) + 1);
  const failed = exports.filter((one) => one.status === "failed").length;
  const parts = [
    ...[...counts].map(([status, n]) => `${n} ${status.replace("_", " ")}`),
    ...(unplaced.length === 0 ? [] : [`${unplaced.length} files without a place`]),
    ...(unseen.length === 0 ? [] : [`${unseen.length} pages not read`]),
    ...(failed === 0 ? [] : [`${failed} exports failed`]),
  ];
  return parts.length === 0 ? "no release is there" : parts.join(", ");
}
