import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportRows } from "../src/database/export/exports.ts";
import { backfill } from "../src/pipeline/backfill.ts";
import { syncManifests } from "../src/pipeline/manifests/manifests.ts";
import { exportSources } from "../src/pipeline/projections/exports.ts";
import { verifyState } from "../src/pipeline/projections/state.ts";
import { surveyPublication } from "../src/pipeline/release/publication-survey.ts";
import { cleanup } from "../src/pipeline/upkeep/cleanup.ts";
import type { World } from "../src/pipeline/world.ts";
import { create } from "./support/backups.ts";
import { demoHome, type Home } from "./support/home.ts";
import { EVERYTHING, worldOf } from "./support/world.ts";

/** Each room that writes: what a new plan over the same world would still do. */
const ROOMS: Readonly<Record<string, (world: World) => Promise<readonly unknown[]>>> = {
  acquire: async (world) => {
    const surveys = await Promise.all(
      world.config.publications.map((one) => surveyPublication(world, one, EVERYTHING)),
    );
    return surveys.flatMap((one) => one.releases).flatMap((one) => one.fetches.todo);
  },
  // Draft, enrich and canonicalize are functions of their input: they are run again, and load is planned anew.
  load: async (world) => {
    const report = await backfill(world, { ...EVERYTHING, reprocess: "all", dryRun: true });
    return report.releases
      .flatMap((one) => one.sources)
      .filter((one) => one.status !== "unchanged");
  },
  export: async (world) => {
    const reports = await exportSources(world, { sources: [], deep: true });
    return reports.filter((one) => one.status !== "unchanged");
  },
  retain: async (world) => {
    const { items } = await cleanup(world, { dryRun: true, watch: EVERYTHING.watch });
    return items.filter((one) => one.fate !== "keep");
  },
  manifests: syncManifests,
  state: async (world) => [await verifyState(world)].filter((difference) => difference !== null),
  // The ledger is read for every backup; what it is made of is written once.
  backup: async (world) => {
    await create(world);
    const { new_parts: parts } = await create(world);
    return Array.from({ length: parts }, (_none, at) => `part ${at + 1}`);
  },
};

const OLD_LOG = "data/logs/events/2020-02-03/20200203T000000-aaaaaaaaaa.jsonl";

describe("after apply, if nothing outside changed, a new plan is empty", () => {
  let home: Home;
  let world: World;

  beforeAll(async () => {
    home = await demoHome();
    world = await worldOf(home);
  });

  afterAll(async () => {
    await world.close();
    await home.close();
  });

  test("before it, every room has something to do", async () => {
    expect(await ROOMS["acquire"]?.(world)).toHaveLength(15);
    expect((await ROOMS["load"]?.(world))?.length).toBeGreaterThan(0);
    expect(await exportRows(world.database)).toEqual([]);
    await home.write(OLD_LOG, "{}\n");
    const past = new Date("2020-02-03");
    await utimes(join(home.path, OLD_LOG), past, past);
    expect(await ROOMS["retain"]?.(world)).toHaveLength(1);
    expect((await create(world)).new_parts).toBeGreaterThan(5);
  });

  test("the backfill does it, and a cleanup", async () => {
    expect((await backfill(world, EVERYTHING)).exit).toBe(0);
    const { failed, left } = await cleanup(world, { dryRun: false, watch: EVERYTHING.watch });
    expect([failed, left]).toEqual([[], []]);
  });

  test.each(Object.keys(ROOMS))("%s", async (room) => {
    expect(await ROOMS[room]?.(world)).toEqual([]);
  });
});
