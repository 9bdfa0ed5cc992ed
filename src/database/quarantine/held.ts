import type { QuarantineEntry } from "../../model/quarantine.ts";
import type { Executor, Transaction } from "../database.ts";
import { type EntriesPlace, insertEntries } from "./quarantine-entries.ts";

/**
 * Entries in quarantine of sources that were held or refused. No load set them aside, so they stand and fall
 * with the outcome: open while it says so.
 */
const OPEN = "load_id is null and source is not null and resolved_at is null";

type Place = Omit<EntriesPlace, "run_id">;

/** These entries of a source are open and no others. What is open already stays as it is. */
export async function keepHeld(
  transaction: Transaction,
  place: EntriesPlace,
  entries: readonly QuarantineEntry[],
): Promise<void> {
  const open = await openOf(transaction, place);
  const reasons = new Map(entries.map((one) => [one.key, one.reason]));
  const stays = open.filter((one) => reasons.get(one.key) === one.reason);
  const known = new Set(stays.map((one) => one.key));
  await transaction.rows(
    `update ops.quarantine set resolved_at = now()
      where ${OPEN} and publication = $1 and period = $2 and source = $3 and not (key = any($4))`,
    [place.publication, place.period, place.source, [...known]],
  );
  const fresh = entries.filter((one) => !known.has(one.key));
  await insertEntries(transaction, place, null, fresh);
}

/**
 * Makes the rows that waited those of a load that sets the same rows aside, in the order in which it read them.
 * False, and nothing is changed, if these are other rows or stand in another order.
 */
export async function moveHeld(
  transaction: Transaction,
  place: EntriesPlace,
  loadId: number,
  entries: readonly QuarantineEntry[],
): Promise<boolean> {
  const keys = entries.map((one) => one.key);
  const wanted = new Set(keys);
  const open = await openOf(transaction, place);
  const found = open.map((one) => one.key).filter((key) => wanted.has(key));
  if (found.length !== keys.length || found.some((key, at) => key !== keys[at])) return false;
  await transaction.rows(
    `update ops.quarantine q set load_id = $4, run_id = $5, reason = e.reason
       from unnest($6::text[], $7::text[]) as e(key, reason)
      where ${OPEN} and publication = $1 and period = $2 and source = $3 and q.key = e.key`,
    [
      place.publication,
      place.period,
      place.source,
      loadId,
      place.run_id,
      keys,
      entries.map((one) => one.reason),
    ],
  );
  return true;
}

/** The outcome of a source is another: nothing of it waits. */
export async function resolveHeld(
  executor: Executor,
  { publication, period, source }: Place,
): Promise<void> {
  await executor.rows(
    `update ops.quarantine set resolved_at = now()
      where ${OPEN} and publication = $1 and period = $2 and source = $3`,
    [publication, period, source],
  );
}

/** Nothing waits of a release but of these sources. */
export async function resolveHeldBut(
  executor: Executor,
  { publication, period }: Omit<Place, "source">,
  sources: readonly string[],
): Promise<void> {
  await executor.rows(
    `update ops.quarantine set resolved_at = now()
      where ${OPEN} and publication = $1 and period = $2 and not (source = any($3))`,
    [publication, period, sources],
  );
}

function openOf(
  executor: Executor,
  { publication, period, source }: Place,
): Promise<{ key: string; reason: string }[]> {
  return executor.rows(
    `select key, reason from ops.quarantine
      where ${OPEN} and publication = $1 and period = $2 and source = $3
      order by quarantine_id`,
    [publication, period, source],
  );
}
