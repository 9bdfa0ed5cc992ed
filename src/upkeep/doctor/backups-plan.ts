import type { FindingCode, Sighting } from "../../model/finding.ts";
import type { BackupsSeen, Bounds, Observations } from "./observation.ts";

/** Archives of event logs that cannot be read back. Pure. */
export function archiveSightings({ damagedArchives }: Observations): readonly Sighting[] {
  return (damagedArchives ?? []).map(({ key, problem }) => ({
    code: "LOG_ARCHIVE_DAMAGED",
    seen: problem,
    where: key,
  }));
}

/** What is seen of the backups. Pure. */
export function backupSightings({
  backups,
  ledger,
  bounds,
  today,
}: Observations): readonly Sighting[] {
  if (backups === null) return [];
  return [
    ...foreign(backups, ledger?.warehouse ?? ""),
    ...none(backups, ledger?.loads ?? 0),
    ...damaged(backups),
    ...failed(backups),
    ...unproven(backups, bounds, today),
  ];
}

/** What is said of restores where nothing is to be said against them. */
export function lastProven({ backups }: Observations): Partial<Record<FindingCode, string>> {
  const proven = backups?.proven ?? null;
  if (proven === null) return {};
  return {
    RESTORE_UNPROVEN: `last proven restore: ${dayOf(proven.at)}, backup ${proven.id}`,
  };
}

function foreign({ foreignOwner }: BackupsSeen, own: string): readonly Sighting[] {
  if (foreignOwner === null) return [];
  const seen = `the store is of the warehouse ${foreignOwner}, and this one is ${own}`;
  return [{ code: "BACKUP_FOREIGN", seen, where: "data/backups" }];
}

function none(backups: BackupsSeen, loads: number): readonly Sighting[] {
  if (backups.count > 0 || backups.damaged.length > 0 || loads === 0) return [];
  const seen = `there is no backup of ${loads === 1 ? "the load" : `the ${loads} loads`} of the ledger`;
  return [{ code: "BACKUP_NONE", seen, where: "data/backups" }];
}

/** One that is damaged is for a person to know where a newer one is whole, and else no backup at all. */
function damaged({ damaged: ids, newest }: BackupsSeen): readonly Sighting[] {
  const found = ids.map((id): Sighting => {
    const sighting = {
      code: "BACKUP_DAMAGED",
      seen: "its inventory is cut or changed, so it is no backup",
      where: `data/backups/${id}`,
    } as const;
    const isPassed = newest !== null && newest.lacks.length === 0 && id < newest.id;
    if (!isPassed) return sighting;
    const todo = `A newer backup is whole: \`canonry backup forget ${id}\` removes this one.`;
    return { ...sighting, result: "note", todo };
  });
  if (newest === null || newest.lacks.length === 0) return found;
  const [first = "", ...more] = newest.lacks;
  const rest = more.length === 0 ? "" : `, and ${more.length} more`;
  const seen = `of the ${newest.objects} objects of the newest backup ${first}${rest}`;
  return [...found, { code: "BACKUP_DAMAGED", seen, where: `data/backups/${newest.id}` }];
}

function failed({ lastProof }: BackupsSeen): readonly Sighting[] {
  if (lastProof === null || lastProof.proved) return [];
  const { id, at, differences } = lastProof;
  const [first = "it says no more"] = differences;
  const seen = `its last proof, of ${dayOf(at)}, failed: ${first}`;
  return [{ code: "PROOF_FAILED", seen, where: `data/backups/${id}` }];
}

function unproven(
  { count, proven }: BackupsSeen,
  { provenDays }: Bounds,
  today: string,
): readonly Sighting[] {
  if (count === 0) return [];
  const days = proven === null ? null : daysFrom(dayOf(proven.at), today);
  if (days !== null && days <= provenDays) return [];
  const last =
    days === null ? "no restore has proven one" : `the last was restored ${days} days ago`;
  const seen = `${count === 1 ? "there is a backup" : `there are ${count} backups`}, and ${last}`;
  return [{ code: "RESTORE_UNPROVEN", seen, where: "data/backups" }];
}

const dayOf = (instant: string): string => instant.slice(0, 10);

const daysFrom = (first: string, last: string): number =>
  Math.round((Date.parse(last) - Date.parse(first)) / 86_400_000);
