import type { Database } from "../database/database.ts";
import {
  loadsOfSource,
  outcomesOfSource,
  partsOfSource,
  sourceHead,
} from "../database/inquiry/inquiries.ts";
import { CanonryError } from "../model/errors.ts";

export interface TrailPart {
  readonly load_id: string;
  readonly part: number;
  readonly artifact: string;
  readonly file_name: string;
  readonly member: string | null;
  readonly sheet: string | null;
  readonly range: string;
  readonly rows_data: number;
  readonly rows_total: number;
  /** Addresses from which the artifact was fetched. */
  readonly links: readonly string[];
}

export interface TrailLoad {
  readonly load_id: string;
  readonly period: string;
  readonly vintage: number;
  readonly is_current: boolean;
  readonly rows_data: number;
  readonly rows_total: number;
  readonly run_id: string;
  readonly contract_version: number;
  /** ISO instant. */
  readonly loaded_at: string;
  /** "on 2026-01-03 by retention.vintages_keep 2": its rows left the table; null while they stand there. */
  readonly expired: string | null;
}

export interface SourceHead {
  readonly source: string;
  readonly publication: string;
  readonly title: string;
  readonly coverage: string;
  readonly grain: readonly string[];
  readonly contract_version: number;
}

/** Outcomes other than a load: what was held or quarantined, and why. */
export interface TrailOutcome {
  readonly period: string;
  readonly status: string;
  readonly reason: string;
}

export interface SourceTrail extends SourceHead {
  readonly loads: readonly (TrailLoad & { readonly parts: readonly TrailPart[] })[];
  readonly outcomes: readonly TrailOutcome[];
}

/** The audit trail of a source, newest period and vintage first. Throws SOURCE_UNKNOWN. */
export async function explain(
  database: Database,
  source: string,
  periods: readonly string[],
): Promise<SourceTrail> {
  const head = await sourceHead(database, source);
  if (head === null) throw new CanonryError("SOURCE_UNKNOWN", `no source is called ${source}`);
  const [loads, parts, outcomes] = await Promise.all([
    loadsOfSource(database, source, periods),
    partsOfSource(database, source, periods),
    outcomesOfSource(database, source, periods),
  ]);
  return {
    ...head,
    loads: loads.map((load) => ({
      ...load,
      parts: parts.filter((part) => part.load_id === load.load_id),
    })),
    outcomes,
  };
}
