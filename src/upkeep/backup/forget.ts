import type { BackupStore } from "../../data-layer/stores/backup-store.ts";
import { CanonryError } from "../../model/errors.ts";
import type { Plan } from "../../model/stage.ts";
import { BACKUP_FORMAT, partsOf } from "../../model/storage/backup.ts";
import { type BackupFacts, forgetPlan, reasonToStay, type StoreFacts } from "./forget-plan.ts";
import { checkOwner, foreignOwner } from "./owner.ts";
import { objectsOf } from "./verify.ts";

export type Forgetting = Plan<string>;

/**
 * What forgetting a backup removes. Throws BACKUP_UNKNOWN; unless it is forced, BACKUP_FOREIGN where it, or the
 * store, is another warehouse's, and BACKUP_NEEDED for the last one that is proven, or whole.
 */
export async function planForget(
  store: BackupStore,
  id: string,
  force: boolean,
): Promise<Forgetting> {
  const facts = await surveyStore(store);
  const one = facts.backups.find((backup) => backup.id === id);
  if (one === undefined) throw new CanonryError("BACKUP_UNKNOWN", `no backup is called ${id}`);
  if (!force) {
    await checkOwner(store);
    if (one.of !== null)
      throw new CanonryError("BACKUP_FOREIGN", `${id} is of the warehouse ${one.of}`);
    const reason = reasonToStay(facts, id);
    if (reason !== null) throw new CanonryError("BACKUP_NEEDED", reason);
  }
  return forgetPlan(facts, [id]);
}

/** Removes what a plan says. Nobody may be making a backup: it might need what goes. */
export async function forget(store: BackupStore, plan: Forgetting): Promise<void> {
  for (const { action } of plan.todo) await store.remove(action);
}

/** Removes what killed commands left. Nobody may be making a backup. */
export async function sweep(store: BackupStore): Promise<Forgetting> {
  const plan = forgetPlan(await surveyStore(store), []);
  await forget(store, plan);
  return plan;
}

/** Every backup with what it needs, and what there is. */
export async function surveyStore(store: BackupStore): Promise<StoreFacts> {
  const { ids, sizes } = await store.list();
  const { backups, backupParts, backupArtifacts, backupUnfinished, backupOwner } = store.keys;
  const all = [...sizes.keys()];
  const below = (prefix: string): string[] => all.filter((key) => key.startsWith(prefix));
  const found: BackupFacts[] = [];
  for (const id of ids) {
    found.push(await factsOf(store, id, below(`${backups}${id}/`)));
  }
  return {
    owner: await foreignOwner(store),
    claim: sizes.has(backupOwner) ? backupOwner : null,
    backups: found,
    shared: [...below(backupParts), ...below(backupArtifacts)],
    unfinished: below(backupUnfinished),
    sizes,
  };
}

async function factsOf(
  store: BackupStore,
  id: string,
  own: readonly string[],
): Promise<BackupFacts> {
  const inventory = await store.inventory(id);
  const first = store.keys.backupFile(id, "inventory.json");
  // Of another program's inventory nobody here knows what it needs.
  const isWhole =
    inventory !== null && inventory !== "damaged" && inventory.format === BACKUP_FORMAT;
  const { whole: receipts } = await store.receipts(id);
  // What was restored once was finished: its inventory went since.
  const isUnfinished = inventory === null && receipts.length === 0;
  return {
    id,
    of: isWhole && !store.isOwn(inventory) ? (inventory.warehouse ?? null) : null,
    state: isWhole ? "whole" : isUnfinished ? "unfinished" : "damaged",
    madeAt: isWhole ? inventory.made_at : null,
    proven: isWhole && receipts.at(-1)?.proved === true,
    failed: receipts.at(-1)?.proved === false,
    hasLoads: isWhole && partsOf(inventory).some((part) => (part.loads ?? []).length > 0),
    own: own.toSorted((a, b) => Number(b === first) - Number(a === first)),
    needs: isWhole ? new Set(objectsOf(store, inventory).keys()) : new Set(),
  };
}
