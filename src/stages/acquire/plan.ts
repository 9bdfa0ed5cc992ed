import type { LinkRecord, WantedLink } from "../../model/link.ts";
import type { Plan, Planned } from "../../model/stage.ts";

/** Size and time of a local file, as one text; null if it is missing. */
export type FileStamp = string | null;

export interface AcquireFacts {
  readonly wanted: readonly WantedLink[];
  readonly known: readonly LinkRecord[];
  /** Stamps of the links that are local files, by address. */
  readonly stamps: ReadonlyMap<string, FileStamp>;
  /** Contents that the store has lost: they are fetched again. */
  readonly lost: ReadonlySet<string>;
  /** ISO instant. */
  readonly now: string;
  readonly recheck_days: number;
  /** Look at every link again. */
  readonly force: boolean;
}

export interface FetchAction {
  readonly link: WantedLink;
  readonly known: LinkRecord | null;
  /** Ask only for what is newer than the known content. */
  readonly conditional: boolean;
}

/** A link that was looked at less than this ago is not looked at again, unless forced. */
export const PAUSE_MS = 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

export function linkKey(link: { readonly period: string; readonly url: string }): string {
  return `${link.period} ${link.url}`;
}

/** Pure: which links are fetched, and why the others are not. */
export function plan(facts: AcquireFacts): Plan<FetchAction> {
  const known = new Map(facts.known.map((one) => [linkKey(one), one]));
  const todo: Planned<FetchAction>[] = [];
  const skipped: { key: string; reason: string }[] = [];
  for (const link of facts.wanted) {
    const key = linkKey(link);
    const record = known.get(key) ?? null;
    const stamp = facts.stamps.get(link.url);
    const verdict = stamp === undefined ? remote(record, facts) : local(record, stamp, facts);
    if (!verdict.fetch) skipped.push({ key, reason: verdict.reason });
    else {
      const whole =
        facts.force || record === null || record.sha256 === null || facts.lost.has(record.sha256);
      todo.push({
        key,
        reason: verdict.reason,
        action: { link, known: record, conditional: !whole },
      });
    }
  }
  return { todo, skipped };
}

interface Verdict {
  readonly fetch: boolean;
  readonly reason: string;
}

function local(record: LinkRecord | null, stamp: FileStamp, facts: AcquireFacts): Verdict {
  if (record === null) return { fetch: true, reason: "a new file" };
  if (stamp === null && record.status === "failed")
    return { fetch: false, reason: "the file is still missing" };
  if (stamp === null) return { fetch: true, reason: "the file is gone" };
  if (record.sha256 !== null && facts.lost.has(record.sha256))
    return { fetch: true, reason: "the store lost it" };
  if (facts.force) return { fetch: true, reason: "asked for" };
  if (record.etag !== stamp) return { fetch: true, reason: "the file changed" };
  if (record.status === "purged") return { fetch: false, reason: record.detail ?? "purged" };
  return record.status === "fetched"
    ? { fetch: false, reason: "the file is as it was" }
    : { fetch: true, reason: "the file changed" };
}

function remote(record: LinkRecord | null, facts: AcquireFacts): Verdict {
  if (record === null) return { fetch: true, reason: "a new link" };
  if (facts.force) return { fetch: true, reason: "asked for" };
  if (record.sha256 !== null && facts.lost.has(record.sha256))
    return { fetch: true, reason: "the store lost it" };
  const now = Date.parse(facts.now);
  if (record.status === "failed") return { fetch: true, reason: "it failed before" };
  if (now - Date.parse(record.checked_at) < PAUSE_MS) {
    const state = record.status === "not_published" ? "not published yet" : "as it was";
    return { fetch: false, reason: `${state} when looked at ${record.checked_at}` };
  }
  if (record.status === "not_published") return { fetch: true, reason: "it was not published yet" };
  const first = Date.parse(record.changed_at ?? record.first_fetched_at ?? record.checked_at);
  const open = now - first < facts.recheck_days * DAY_MS;
  return open
    ? { fetch: true, reason: `looked at again for ${facts.recheck_days} days` }
    : {
        fetch: false,
        reason: `fetched ${record.first_fetched_at ?? ""}, and no longer looked at again`,
      };
}
