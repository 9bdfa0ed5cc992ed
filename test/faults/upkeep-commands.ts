import { DataLayer } from "../../src/data-layer/data-layer.ts";
import { Paths } from "../../src/data-layer/paths.ts";
import { backupsOf } from "../../src/data-layer/stores/backup-store.ts";
import { listBackups } from "../../src/inquiry/backups.ts";
import { backfill } from "../../src/pipeline/backfill.ts";
import { faultsOf, wholeInventory } from "../../src/upkeep/backup/index.ts";
import { made, proven, storeFiles } from "../support/backups.ts";
import { contentOf } from "../support/database-content.ts";
import { gridXlsx } from "../support/grid.ts";
import type { Home } from "../support/home.ts";
import { monthOf, Series, SeriesServer, sheetOf } from "../support/series.ts";
import { EVERYTHING, worldOf } from "../support/world.ts";
import type { Template, UpkeepCommand } from "./upkeep-case.ts";

/** A home with two months, a backup of each, the second one proven, and a third month in no backup. */
export async function upkeepTemplate(): Promise<{
  readonly template: Template;
  readonly commands: Readonly<Record<string, UpkeepCommand>>;
  close(): Promise<void>;
}> {
  const server = await SeriesServer.start();
  const { home } = await Series.make(server);
  const world = await worldOf(home);
  const load = async (month: number): Promise<void> => {
    const path = `inbox/trusts-2025-0${month}.xlsx`;
    await home.write(path, gridXlsx([sheetOf("Activity", monthOf(month))]));
    const { exit } = await backfill(world, EVERYTHING);
    if (exit !== 0) throw new Error(`the backfill ended with ${exit}`);
  };
  await load(1);
  const first = await made(world);
  await load(2);
  const second = await made(world, { withArtifacts: true });
  const { differences } = await proven(world, second);
  if (differences.length > 0) throw new Error(differences.join("\n"));
  const whole = JSON.stringify(await contentOf(home.database ?? ""));
  await load(3);
  await world.close();
  const close = async (): Promise<void> => {
    await home.close();
    await server.close();
  };
  const commands = {
    "backup create": createCommand([first, second]),
    "backup restore": restoreCommand(second, whole),
    "backup forget": forgetCommand(first, second),
  };
  return { template: { server, home }, commands, close };
}

const dataOf = (home: Home): DataLayer => new DataLayer(new Paths(home.path));

/** What is wrong with the store: backups that are not whole, and what belongs to none of them. */
async function storeFaults(home: Home, has: readonly string[]): Promise<readonly string[]> {
  const data = dataOf(home);
  const lines = await listBackups(data);
  const wrong = lines.filter((one) => one.state !== "whole").map((one) => `${one.id} ${one.state}`);
  for (const { id } of lines.filter((one) => one.state === "whole")) {
    wrong.push(...(await faultsOf(backupsOf(data), await wholeInventory(backupsOf(data), id))));
  }
  const lost = has.filter((id) => !lines.some((one) => one.id === id));
  return [...wrong, ...lost.map((id) => `${id} is lost`)];
}

function createCommand(before: readonly string[]): UpkeepCommand {
  return {
    args: ["backup", "create", "--with-artifacts"],
    database: "copy",
    again: [0],
    half: async (home) => wholeOf(home, before),
    end: async (home) => {
      const { length } = await listBackups(dataOf(home));
      const few = length < before.length + 1 ? ["no backup was made"] : [];
      return [...(await storeFaults(home, before)), ...(await strays(home)), ...few];
    },
  };
}

/** Backups that were whole still are. */
async function wholeOf(home: Home, ids: readonly string[]): Promise<readonly string[]> {
  const store = backupsOf(dataOf(home));
  const wrong: string[] = [];
  for (const id of ids) wrong.push(...(await faultsOf(store, await wholeInventory(store, id))));
  return wrong;
}

/** Objects that belong to no backup, nor say whose they all are. */
async function strays(home: Home): Promise<readonly string[]> {
  const { keys } = new Paths(home.path);
  const { ids } = await backupsOf(dataOf(home)).list();
  const texts = await Promise.all(ids.map((id) => home.read(`data/backups/${id}/inventory.json`)));
  return [...(await storeFiles(home)).keys()].filter((path) => {
    const name = path.split("/").at(-1)?.replace(".gz", "") ?? "";
    if (path === keys.backupOwner && ids.length > 0) return false;
    const isShared = /data\/backups\/(?:parts|artifacts)\//.test(path);
    if (isShared) return !texts.some((text) => text.includes(name));
    return !ids.some((id) => path.startsWith(`data/backups/${id}/`));
  });
}

const OF_EVERY_LEDGER = ["ops.migration", "ops.warehouse"];

function restoreCommand(id: string, whole: string): UpkeepCommand {
  const isWhole = async (home: Home): Promise<boolean> =>
    JSON.stringify(await contentOf(home.database ?? "")) === whole;
  return {
    args: ["backup", "restore", id],
    database: "empty",
    again: [0],
    half: async (home) => {
      const content = await contentOf(home.database ?? "");
      const filled = Object.entries(content["rows"] as Readonly<Record<string, readonly string[]>>)
        .filter(([name, rows]) => !OF_EVERY_LEDGER.includes(name) && rows.length > 0)
        .map(([name]) => name);
      return filled.length === 0 || (await isWhole(home)) ? [] : [`half: ${filled.join(", ")}`];
    },
    end: async (home) => ((await isWhole(home)) ? [] : ["the database is not what was backed up"]),
  };
}

function forgetCommand(first: string, second: string): UpkeepCommand {
  return {
    args: ["backup", "forget", first],
    database: "copy",
    // 2: it was gone already, down to the last of its files.
    again: [0, 2],
    half: (home) => wholeOf(home, [second]),
    end: async (home) => {
      const { ids } = await backupsOf(dataOf(home)).list();
      const still = ids.includes(first) ? [`${first} is still there`] : [];
      return [...(await storeFaults(home, [second])), ...(await strays(home)), ...still];
    },
  };
}
