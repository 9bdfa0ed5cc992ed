import type { DataLayer } from "../../data-layer/data-layer.ts";
import type { Database } from "../../database/database.ts";
import { exportRows } from "../../database/export/exports.ts";
import {
  artifactsToVerify,
  type LoadToVerify,
  loadsToVerify,
  lostOutcomes,
  type SourceToVerify,
  sourcesToVerify,
  strangeTables,
} from "../../database/inquiry/verifications.ts";
import { CanonryError } from "../../model/errors.ts";
import type { Limits } from "../../model/limits.ts";
import { type Difference, differenceIn, type Note } from "./difference.ts";
import { verifyDigests } from "./digests.ts";
import { verifyArtifact, verifyExport } from "./files.ts";
import { verifySource } from "./ledger.ts";
import { verifyMarks, verifyMeanings } from "./marks.ts";
import { NOTHING_READ, type Reread, verifyReading } from "./reading.ts";

export type { Difference, DifferenceKind, Note } from "./difference.ts";

export interface VerifyOptions {
  /** Empty: all. */
  readonly publications: readonly string[];
  /** Of releases; empty: all. */
  readonly periods: readonly string[];
  /** Hash rows and files again. */
  readonly deep: boolean;
  /** Reads the rows of a load again from its artifacts; asked only where it is deep. */
  readonly reread?: Reread;
}

export interface Verification {
  readonly deep: boolean;
  /** What was looked at. */
  readonly checked: {
    readonly sources: number;
    readonly loads: number;
    readonly rows: number;
    readonly artifacts: number;
    readonly exports: number;
    /** Loads whose rows were read again from their artifacts. */
    readonly reread: number;
  };
  readonly differences: readonly Difference[];
  /** What could not be compared, and why. */
  readonly notes: readonly Note[];
}

interface Verified {
  readonly database: Database;
  readonly data: DataLayer;
  readonly config: { readonly settings: { readonly limits: Limits } };
  readonly signal: AbortSignal;
}

/**
 * Compares the ledger with the tables, the artifact store and the exports. Reads only, repairs nothing. Memory:
 * the ledger's records of the loads chosen. Throws INTERRUPTED, between two sources or files.
 */
export async function verify(
  { database, data, config, signal }: Verified,
  options: VerifyOptions,
): Promise<Verification> {
  const { deep, reread } = options;
  const ledger = await verifyLedger({ database, signal }, options);
  const { sources, loads } = ledger;
  const differences = [...ledger.differences];
  const artifacts = await artifactsToVerify(
    database,
    loads.map((load) => load.load_id),
  );
  for (const one of artifacts) {
    goOn(signal);
    differences.push(...(await verifyArtifact(data, one, deep)));
  }
  const exports = (await exportRows(database)).filter(({ source }) =>
    sources.some((one) => one.source === source),
  );
  for (const one of exports) {
    goOn(signal);
    differences.push(...(await verifyExport({ executor: database, data }, one, deep)));
  }
  const reading =
    deep && reread !== undefined
      ? await verifyReading(loads, stoppable(reread, signal))
      : NOTHING_READ;
  differences.push(...reading.differences);
  const meanings = deep
    ? await verifyMeanings(database, sources, config.settings.limits)
    : NOTHING_READ;
  differences.push(...meanings.differences);
  const rows = loads.reduce((sum, load) => sum + load.rows_data + load.rows_total, 0);
  const [n, m] = [artifacts.length, exports.length];
  const checked = {
    ...{ sources: sources.length, loads: loads.length, rows, artifacts: n, exports: m },
    reread: reading.read,
  };
  return { deep, checked, differences, notes: [...reading.notes, ...meanings.notes] };
}

/** The ledger and the tables alone: of a database that stands without its files. */
export async function verifyLedger(
  { database, signal }: Pick<Verified, "database" | "signal">,
  { publications, periods, deep }: VerifyOptions,
): Promise<{
  readonly sources: readonly SourceToVerify[];
  readonly loads: readonly LoadToVerify[];
  readonly differences: readonly Difference[];
}> {
  const all = periods.length === 0;
  const loads = await loadsToVerify(database, publications, periods);
  const sources = (await sourcesToVerify(database, publications)).filter(
    ({ source }) => all || loads.some((load) => load.source === source),
  );
  const differences: Difference[] = [];
  for (const one of sources) {
    goOn(signal);
    const own = loads.filter((load) => load.source === one.source);
    differences.push(...(await verifySource(database, one, own)));
    if (!deep || !one.has_table) continue;
    differences.push(...(await verifyDigests(database, one.source, own)));
    differences.push(...(await verifyMarks(database, one)));
  }
  if (all) differences.push(...(await withoutLoad(database, publications)));
  return { sources, loads, differences };
}

function stoppable(reread: Reread, signal: AbortSignal): Reread {
  return (loadId) => {
    goOn(signal);
    return reread(loadId);
  };
}

function goOn(signal: AbortSignal): void {
  if (signal.aborted) throw new CanonryError("INTERRUPTED", "not everything was verified");
}

/** What is there, or is said to be, without a load of the ledger. */
async function withoutLoad(
  database: Database,
  publications: readonly string[],
): Promise<readonly Difference[]> {
  const lost = await lostOutcomes(database, publications);
  const tables = publications.length === 0 ? await strangeTables(database) : [];
  return [
    ...lost.map((one) =>
      differenceIn("load_missing", one, "its outcome is loaded, and the ledger has no such load"),
    ),
    ...tables.map((source) =>
      differenceIn("table_unknown", { source }, `bronze.${source} is no source of the ledger`),
    ),
  ];
}
