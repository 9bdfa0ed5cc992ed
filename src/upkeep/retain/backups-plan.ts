import type { RetentionSettings, Verdict } from "../../model/retention.ts";
import type { FoundBackup } from "./facts.ts";

type Keeps = Pick<RetentionSettings, "keep_daily" | "keep_weekly" | "keep_monthly">;

/** The name of the span that an instant lies in, in UTC. */
const SPANS = {
  daily: (instant: string): string => instant.slice(0, 10),
  weekly: mondayOf,
  monthly: (instant: string): string => instant.slice(0, 7),
} as const;

/**
 * Pure, and without a clock: of the last days, weeks and months that have a backup one is kept, the latest that was
 * verified, or where none was the latest. Whatever the numbers: the latest stays, and the last that was verified.
 * One that was not finished counts for nothing, and goes when a later one was. One that is in doubt stands for no
 * other, and stays until a person forgets it.
 */
export function judgeBackups(backups: readonly FoundBackup[], settings: Keeps): readonly Verdict[] {
  const latestFirst = backups.toSorted((a, b) => (a.taken_at < b.taken_at ? 1 : -1));
  const whole = latestFirst.filter((one) => one.is_whole);
  const reasons = new Map<string, string[]>();
  const keep = (one: FoundBackup | undefined, reason: string): void => {
    if (one !== undefined) reasons.set(one.id, [...(reasons.get(one.id) ?? []), reason]);
  };
  const sound = whole.filter((one) => one.doubt == null);
  keep(sound[0], "the latest");
  keep(
    sound.find((one) => one.is_verified),
    "the last that was verified",
  );
  for (const [span, most] of [
    ["daily", settings.keep_daily],
    ["weekly", settings.keep_weekly],
    ["monthly", settings.keep_monthly],
  ] as const) {
    const names = [...new Set(sound.map((one) => SPANS[span](one.taken_at)))];
    for (const name of names.slice(0, most)) {
      const own = sound.filter((one) => SPANS[span](one.taken_at) === name);
      keep(own.find((one) => one.is_verified) ?? own[0], `${span} of ${name}`);
    }
  }
  return latestFirst.map((one) => judgeBackup(one, reasons.get(one.id), whole[0]));
}

function judgeBackup(
  one: FoundBackup,
  reasons: readonly string[] | undefined,
  latest: FoundBackup | undefined,
): Verdict {
  const { id, size_bytes } = one;
  const item = { kind: "backup", key: `backup ${id}`, size_bytes } as const;
  const action = { kind: "backup", id, size_bytes } as const;
  if (!one.is_whole) {
    return latest !== undefined && latest.taken_at > one.taken_at
      ? { ...item, reason: "it was not finished, and a later one was", action }
      : { ...item, reason: "not finished: it may be at work", action: null };
  }
  if (one.doubt != null) {
    const reason = `in doubt: ${one.doubt}; \`canonry backup forget\` removes it`;
    return { ...item, reason, action: null };
  }
  return reasons === undefined
    ? { ...item, reason: "of its day, week and month others are kept", action }
    : { ...item, reason: reasons.join(", "), action: null };
}

/** The Monday of its week. */
function mondayOf(instant: string): string {
  const day = new Date(`${instant.slice(0, 10)}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
}
