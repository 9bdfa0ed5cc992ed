import type { Verdict } from "../../model/retention.ts";
import { dayOf, days, daysBetween, monthsBetween } from "./age.ts";
import type { RetentionFacts } from "./facts.ts";

const LOG = /^(\d{4}-\d\d-\d\d)\/([^/]+)\.jsonl$/;
export const ARCHIVE = /^(\d{4}-\d\d)\.jsonl\.gz$/;

type Facts = Pick<RetentionFacts, "now" | "settings" | "logs" | "live" | "archives">;

/** Pure. An event log is active for some days, then goes into the archive of its month. */
export function judgeLogs(facts: Facts): readonly Verdict[] {
  return facts.logs.map((log): Verdict => {
    const { key, name, size_bytes, modified_at } = log;
    const item = { kind: "log", key, size_bytes } as const;
    const stays = whyLogStays(facts, log);
    if (stays !== null) return { ...item, reason: stays, action: null };
    const month = name.slice(0, 7);
    const action = { kind: "log", key, size_bytes, modified_at } as const;
    const old = `older than ${days(facts.settings.logs_days)}`;
    return isPast(month, facts)
      ? {
          ...item,
          reason: `${old}, and so would its archive be`,
          action: { ...action, month: null },
        }
      : { ...item, reason: `${old}: into the archive of ${month}`, action: { ...action, month } };
  });
}

/** Whether the archive of a month is kept no longer. */
function isPast(month: string, { now, settings }: Pick<Facts, "now" | "settings">): boolean {
  return settings.archive_months !== null && monthsBetween(month, now) > settings.archive_months;
}

function whyLogStays({ now, settings, live }: Facts, log: Facts["logs"][number]): string | null {
  const [, date, run] = LOG.exec(log.name) ?? [];
  if (date === undefined || run === undefined || Number.isNaN(Date.parse(date)))
    return "no event log: its name is not <date>/<run>.jsonl";
  if (live.some((id) => run.startsWith(id))) return "its run is at work";
  const age = daysBetween(date, `${dayOf(now)}T00:00:00Z`);
  if (age < 0) return `of ${date}, after today`;
  if (age <= settings.logs_days) return `of ${date}: active for ${days(settings.logs_days)}`;
  return daysBetween(log.modified_at, now) < settings.logs_days
    ? `written to on ${dayOf(log.modified_at)}: active for ${days(settings.logs_days)} after that`
    : null;
}

/** Pure. Archives of logs are kept for ever, or for some months. */
export function judgeArchives({ now, settings, archives }: Facts): readonly Verdict[] {
  const most = settings.archive_months;
  return archives.map(({ key, name, size_bytes, modified_at }): Verdict => {
    const item = { kind: "log_archive", key, size_bytes } as const;
    const month = ARCHIVE.exec(name)?.[1];
    if (month === undefined)
      return { ...item, reason: "no archive: its name is not <month>.jsonl.gz", action: null };
    if (most === null) return { ...item, reason: "archives are kept for ever", action: null };
    if (!isPast(month, { now, settings }))
      return { ...item, reason: `archives are kept for ${most} months`, action: null };
    const reason = `archives are kept for ${most} months after their own`;
    return { ...item, reason, action: { kind: "log_archive", key, size_bytes, modified_at } };
  });
}
