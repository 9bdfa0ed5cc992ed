import {
  type BarredContent,
  contentKey,
  type Reason,
  type Reversal,
  standing,
  type Vintage,
  type VintageChoice,
} from "../../model/vintage.ts";
import type { Database, Executor } from "../database.ts";
import { iso } from "../iso.ts";
import { settleMarks } from "../load/marks.ts";
import { lockLoad, makeCurrent, settleLatest } from "../load/point-load.ts";
import { resolveHeld } from "../quarantine/held.ts";

/** When and why the rows of a load left its table; null while they stand there. */
export const EXPIRED = "'on ' || expired_at::date || ' by ' || expired_by";

/** The vintages that the ledger has, by source and number. */
export function vintagesOf(executor: Executor, choice: VintageChoice): Promise<Vintage[]> {
  const [column, value] =
    "source" in choice ? ["source", choice.source] : ["publication", choice.publication];
  return executor.rows<Vintage>(
    `select load_id::text, publication, source, period, vintage, is_current,
            reverted_at is not null as reverted, ${iso("superseded_at")} as superseded_at, run_id,
            ${EXPIRED} as expired
       from ops.load where ${column} = $1 and period = $2 order by source, vintage`,
    [value, choice.period],
  );
}

/**
 * Makes another vintage current under the lock of its source and period; `choose` decides on what is loaded
 * then. Every later vintage is marked as reverted, the chosen one as not: undoing is the same the other way.
 * Throws VINTAGE_EXPIRED if the rows of the chosen one left the table.
 */
export function revertLoad(
  database: Database,
  place: { readonly source: string; readonly period: string },
  choose: (vintages: readonly Vintage[]) => Reversal,
  { by, reason }: Reason,
): Promise<Reversal> {
  return database.transaction(async (transaction) => {
    await lockLoad(transaction, place);
    const chosen = choose(await vintagesOf(transaction, place));
    if ("nothing" in chosen) return chosen;
    const { load_id: loadId, vintage, publication } = standing(chosen.to);
    await makeCurrent(transaction, place, loadId);
    await transaction.rows(
      `update ops.load set reverted_at = now(), reverted_by = $4, reverted_note = $5
        where source = $1 and period = $2 and vintage > $3 and reverted_at is null`,
      [place.source, place.period, vintage, by, reason],
    );
    await transaction.rows(
      "update ops.load set reverted_at = null, reverted_by = null, reverted_note = null where load_id = $1",
      [loadId],
    );
    await settleLatest(transaction, place.source);
    await settleMarks(transaction, place.source);
    await pointOutcome(transaction, publication, place, loadId);
    return chosen;
  });
}

/** The last outcome of a source is the load that is current now; with null it has none. */
export async function pointOutcome(
  executor: Executor,
  publication: string,
  { source, period }: { readonly source: string; readonly period: string },
  loadId: string | null,
): Promise<void> {
  const place = [publication, period, source];
  await resolveHeld(executor, { publication, period, source });
  if (loadId === null) {
    await executor.rows(
      "delete from ops.outcome where publication = $1 and period = $2 and source = $3",
      place,
    );
    return;
  }
  await executor.rows(
    `update ops.outcome set status = 'loaded', reason = '', questions = '{}', load_id = $4, updated_at = now()
      where publication = $1 and period = $2 and source = $3`,
    [...place, loadId],
  );
}

interface BarringLoad {
  readonly source: string;
  readonly vintage: number;
  readonly keys: readonly string[];
  readonly fingerprints: readonly string[];
  readonly reverted: string | null;
  readonly expired: string | null;
}

/** Keys of issues that hold what the load or tombstone `l` holds, and its own. */
const SAME_KEYS = (own?: string): string =>
  `array(${own === undefined ? "" : `select ${own} union `}select s.key from ops.same_issue s where s.load_id = l.load_id)`;

/** What of a release was reverted, purged or expired, so that it is not loaded again. */
export async function barredOfRelease(
  executor: Executor,
  publication: string,
  period: string,
): Promise<BarredContent[]> {
  const loads = await executor.rows<BarringLoad>(
    `select source, vintage, ${SAME_KEYS("l.key")} as keys, reverted_by || ' on ' || reverted_at::date || ': ' || reverted_note as reverted,
            ${EXPIRED} as expired,
            array(select fingerprint from ops.part p where p.load_id = l.load_id) as fingerprints
       from ops.load l
      where publication = $1 and period = $2
        and exists (select 1 from ops.load r
                     where r.source = l.source and r.period = l.period
                        and (r.reverted_at is not null or r.expired_at is not null))
      order by source, vintage`,
    [publication, period],
  );
  const purged = await executor.rows<Omit<BarredContent, "because">>(
    `select source, vintage, key as content, ${SAME_KEYS()} as keys,
            'vintage ' || vintage || ' was purged by ' || by || ' on ' || purged_at::date || ': ' || reason as reason
       from ops.tombstone l where publication = $1 and period = $2 order by source, vintage`,
    [publication, period],
  );
  const contentOf = (load: BarringLoad): string =>
    `${load.source} ${contentKey(load.fingerprints)}`;
  const standing = new Set(loads.filter((one) => one.reverted === null).map(contentOf));
  const reverted = loads.flatMap((load): BarredContent[] => {
    if (load.reverted === null) return [];
    const { source, vintage, keys, fingerprints } = load;
    const reason = `vintage ${vintage} was reverted by ${load.reverted}`;
    const content = standing.has(contentOf(load)) ? null : contentKey(fingerprints);
    return [{ source, vintage, because: "reverted", keys, content, reason }];
  });
  const expired = loads.flatMap(({ source, vintage, keys, fingerprints, expired: when }) =>
    when === null
      ? []
      : [
          {
            ...{ source, vintage, because: "expired" as const, keys },
            ...{
              content: contentKey(fingerprints),
              reason: `vintage ${vintage} was expired ${when}`,
            },
          },
        ],
  );
  return [
    ...reverted,
    ...expired,
    ...purged.map((one): BarredContent => ({ ...one, because: "purged" })),
  ];
}
