import type { Plan, Planned } from "../../model/stage.ts";

/** What stands in the store, and who needs it. */
export interface StoreFacts {
  /** The other warehouse that the store belongs to; null: it is one's own, or nobody's. */
  readonly owner: string | null;
  readonly backups: readonly BackupFacts[];
  /** Keys of objects that backups share, and of those that nobody finished. */
  readonly shared: readonly string[];
  readonly unfinished: readonly string[];
  /** What says whose store it is; null: nothing does. */
  readonly claim: string | null;
  /** Bytes by key. */
  readonly sizes: ReadonlyMap<string, number>;
}

export interface BackupFacts {
  readonly id: string;
  readonly state: "whole" | "damaged" | "unfinished";
  /** The other warehouse that it is of; null: it is one's own. */
  readonly of: string | null;
  /** Null unless it is whole. */
  readonly madeAt: string | null;
  /** Its last receipt says that it was restored. */
  readonly proven: boolean;
  /** Its last receipt says that it did not come back, or that its bytes are others. */
  readonly failed: boolean;
  /** It holds rows of loads. */
  readonly hasLoads: boolean;
  /** Keys of its own folder; the inventory first. */
  readonly own: readonly string[];
  /** Shared objects that it is made of; empty where nobody knows. */
  readonly needs: ReadonlySet<string>;
}

/**
 * Pure. Removes backups, what nobody finished, and what no backup needs, in the order in which it may be cut
 * short: the inventory first, since without it there is no backup; the folder last, since it says what is to be
 * finished. Where another inventory is damaged, nobody knows what it needs, and no shared object goes; nor does one
 * of a store of another warehouse, which may be making a backup. A store without backups is nobody's.
 */
export function forgetPlan(facts: StoreFacts, forgotten: readonly string[]): Plan<string> {
  const { owner } = facts;
  const gone = facts.backups.filter(
    (one) => forgotten.includes(one.id) || (one.state === "unfinished" && owner === null),
  );
  const stays = facts.backups.filter((one) => !gone.includes(one));
  const todo: Planned<string>[] = [];
  const skipped: { key: string; reason: string }[] = [];
  const remove = (key: string, reason: string): void => {
    todo.push({ key, action: key, reason });
  };
  const why = (one: BackupFacts): string =>
    forgotten.includes(one.id) ? `${one.id} is forgotten` : `${one.id} was never finished`;
  for (const one of gone) for (const key of one.own.slice(0, 1)) remove(key, why(one));
  const unless = (stay: string | null, key: string, reason: string): void => {
    if (stay === null) remove(key, reason);
    else skipped.push({ key, reason: stay });
  };
  const mayNeed = owner === null ? null : `the store is of the warehouse ${owner}: it may need it`;
  for (const key of facts.shared) {
    unless(mayNeed ?? neededBy(stays, key), key, "no backup needs it");
  }
  for (const key of facts.unfinished) unless(mayNeed, key, "it was never finished");
  for (const one of gone) for (const key of one.own.slice(1)) remove(key, why(one));
  const isEmpty = stays.length === 0 && owner === null;
  if (isEmpty && facts.claim !== null) remove(facts.claim, "no backup is left");
  return { todo, skipped };
}

/** Why a shared object stays; null: no backup needs it. */
function neededBy(stays: readonly BackupFacts[], key: string): string | null {
  const user = stays.find((one) => one.needs.has(key));
  if (user !== undefined) return `${user.id} needs it`;
  const damaged = stays.find((one) => one.state === "damaged");
  return damaged ? `the inventory of ${damaged.id} is damaged: it may need it` : null;
}

/** Bytes that go with a backup: its own, and what no other needs. */
export function ownBytes({ backups, sizes }: StoreFacts, { id, own, needs }: BackupFacts): number {
  const others = backups.filter((one) => one.id !== id);
  const alone = [...needs].filter((key) => !others.some((one) => one.needs.has(key)));
  return [...new Set([...own, ...alone])].reduce((sum, key) => sum + (sizes.get(key) ?? 0), 0);
}

/** Why nothing should rest on a backup; null: it is whole, did not fail, and is not empty where others are not. */
export function doubtOf({ backups, owner }: StoreFacts, one: BackupFacts): string | null {
  if (one.state !== "whole") return `it is ${one.state}`;
  if (one.of !== null) return `it is of the warehouse ${one.of}`;
  if (owner !== null) return `the store is of the warehouse ${owner}`;
  if (one.failed) return "its last proof failed";
  const lacks = !one.hasLoads && backups.some((other) => other.hasLoads && other.of === null);
  return lacks ? "it holds no load, and others do" : null;
}

/** Why a backup must stay; null if it may go: another one must be left that is as good. */
export function reasonToStay(facts: StoreFacts, id: string): string | null {
  const one = facts.backups.find((backup) => backup.id === id);
  if (one === undefined || one.state !== "whole") return null;
  const others = facts.backups.filter((other) => other.id !== id);
  const sound = others.filter((other) => doubtOf(facts, other) === null);
  if (sound.length === 0)
    return others.some((other) => other.state === "whole")
      ? `the others are no better than ${id}: they failed, or hold no load`
      : `${id} is the only whole backup`;
  if (one.proven && !sound.some((other) => other.proven))
    return `${id} is the only backup that a restore has proven`;
  return null;
}
