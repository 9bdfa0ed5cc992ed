import type { RetentionSettings, Verdict } from "../../model/retention.ts";
import { dayOf, days, daysBetween } from "./age.ts";
import type { RetentionFacts, SupersededLoad } from "./facts.ts";

type Facts = Pick<RetentionFacts, "now" | "settings" | "loads">;

/**
 * Pure. Superseded vintages stay unless the settings say otherwise: the latest of them by number, and those that
 * were superseded lately. Never one that the silver view shows, and never one whose file is gone: its rows are the
 * only copy.
 */
export function judgeVintages(facts: Facts): readonly Verdict[] {
  const seen = new Map<string, number>();
  return facts.loads
    .toSorted((a, b) => b.vintage - a.vintage)
    .map((load) => {
      const place = `${load.source} ${load.period}`;
      const later = seen.get(place) ?? 0;
      seen.set(place, later + 1);
      return judgeVintage(facts, load, later);
    })
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** `later`: how many superseded vintages of its release came after it. */
function judgeVintage({ now, settings }: Facts, load: SupersededLoad, later: number): Verdict {
  const { load_id, source, period, rows, artifacts, size_bytes } = load;
  const key = `${source} ${period} vintage ${load.vintage}`;
  const item = { kind: "vintage", key, size_bytes } as const;
  const stays = whyVintageStays(load) ?? keptByPolicy(settings, load, later, now);
  if (stays !== null) return { ...item, reason: stays, action: null };
  const policy = policyOf(settings);
  return {
    ...item,
    reason: `${superseded(load)}; ${policy}: ${rows} rows leave the table, their file stays`,
    action: { kind: "vintage", load_id, source, period, rows, artifacts, policy, size_bytes },
  };
}

function whyVintageStays({ has_current, is_shown, missing }: SupersededLoad): string | null {
  if (is_shown) return "silver shows rows of it";
  if (!has_current) return "no vintage of its release is current: a person may go back to it";
  if (missing.length > 0)
    return `its rows are the only copy: ${missing.join(", ")} is not in the store`;
  return null;
}

function keptByPolicy(
  settings: RetentionSettings,
  load: SupersededLoad,
  later: number,
  now: string,
): string | null {
  const { vintages_keep: most, vintages_days: age } = settings;
  if (most === null && age === null) return "superseded vintages are kept";
  if (most !== null && later < most) return `among the last ${most} superseded`;
  if (age === null) return null;
  // One that never was current counts from no day: it stays.
  const since = load.superseded_at;
  return since === null || daysBetween(since, now) < age
    ? `${superseded(load)}: kept for ${days(age)}`
    : null;
}

const superseded = ({ superseded_at }: SupersededLoad): string =>
  superseded_at === null ? "never current" : `superseded on ${dayOf(superseded_at)}`;

/** The settings that let it go, as the ledger keeps them. */
function policyOf({ vintages_keep: most, vintages_days: age }: RetentionSettings): string {
  return [
    ...(most === null ? [] : [`retention.vintages_keep ${most}`]),
    ...(age === null ? [] : [`retention.vintages_days ${age}`]),
  ].join(", ");
}
