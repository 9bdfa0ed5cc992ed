import { cp, mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { DataLayer } from "../../src/data-layer/data-layer.ts";
import { BackupStore, backupsOf } from "../../src/data-layer/stores/backup-store.ts";
import { restoreBackup } from "../../src/database/backup/restore-backup.ts";
import { Database } from "../../src/database/database.ts";
import { warehouseId } from "../../src/database/ledger/warehouse.ts";
import { checkRestored, lastProvenRestore, listBackups } from "../../src/inquiry/backups.ts";
import { cite } from "../../src/inquiry/cite/index.ts";
import { verify } from "../../src/inquiry/verify/index.ts";
import type { CanonryError } from "../../src/model/errors.ts";
import { seal, unseal } from "../../src/model/manifest/sealed.ts";
import { type BackupTombstone, type Inventory, partsOf } from "../../src/model/storage/backup.ts";
import { contentKey } from "../../src/model/vintage.ts";
import { backfill } from "../../src/pipeline/backfill.ts";
import { backupShelf, ownBackups } from "../../src/pipeline/backup/backup-shelf.ts";
import { type CreateReport, forgetBackup, proveBackup } from "../../src/pipeline/backup/backups.ts";
import { restoreHome } from "../../src/pipeline/backup/restore-home.ts";
import { exportSources } from "../../src/pipeline/projections/exports.ts";
import { rebuildState } from "../../src/pipeline/projections/state.ts";
import { purge } from "../../src/pipeline/vintages/purge.ts";
import { rereadLoad } from "../../src/pipeline/vintages/reread.ts";
import type { World } from "../../src/pipeline/world.ts";
import { jobOf } from "../../src/service/jobs.ts";
import {
  claimStore,
  databaseToRestore,
  faultsOf,
  wholeInventory,
} from "../../src/upkeep/backup/index.ts";
import { judgeBackups } from "../../src/upkeep/retain/backups-plan.ts";
import { randomOf } from "../faults/points.ts";
import {
  create,
  flipped,
  isCaught,
  made,
  outsideOf,
  proven,
  restored,
  shell,
  storeFiles,
  storeOf,
  storeText,
  unpacked,
  verified,
} from "../support/backups.ts";
import { contentOf } from "../support/database-content.ts";
import { gridXlsx } from "../support/grid.ts";
import { type Home, makeHome, PROJECT } from "../support/home.ts";
import { SEED } from "../support/seed.ts";
import { changed, monthOf, Series, SeriesServer, sheetOf } from "../support/series.ts";
import { servedWorld } from "../support/served-world.ts";
import { EVERYTHING, worldOf } from "../support/world.ts";

let server: SeriesServer;
let template: Series;
let home: Home;
let world: World;
let client: pg.Client;
let others: Home[];

/** Two months, the second of them re-issued, with their exports. */
beforeAll(async () => {
  server = await SeriesServer.start();
  template = await Series.make(server);
  world = await worldOf(template.home);
  home = template.home;
  await load(1);
  await load(2);
  await load(2, 1);
  await world.close();
});
afterAll(async () => {
  await template.close();
  await server.close();
});

/** Each test has a copy. */
beforeEach(async () => {
  home = await makeHome("", await server.database(template.home.database));
  await cp(template.home.path, home.path, { recursive: true });
  world = await worldOf(home);
  client = new pg.Client({ connectionString: home.database ?? "" });
  await client.connect();
  others = [];
});
afterEach(async () => {
  await client.end();
  await world.close();
  for (const one of [home, ...others]) await one.close();
});

async function rows<Row extends object>(sql: string): Promise<Row[]> {
  return (await client.query<Row>(sql)).rows;
}

/** Publishes a month in two sheets. */
async function publish(month: number, revision = 0): Promise<void> {
  const table = monthOf(month);
  const waits = table.headers.map((one) => one.replace("First", "Second"));
  const sheets = [
    sheetOf("Activity", changed(table, 0, 3, 5_000 + revision)),
    sheetOf("Waits", { ...table, headers: waits }),
  ];
  await home.write(`inbox/trusts-2025-0${month}.xlsx`, gridXlsx(sheets));
}

async function load(month: number, revision = 0): Promise<void> {
  await publish(month, revision);
  expect((await backfill(world, EVERYTHING)).exit).toBe(0);
}

/** As a store that was written before warehouses had an identity. */
async function asBefore(one: Home, id: string): Promise<void> {
  const path = `data/backups/${id}/inventory.json`;
  const { warehouse, ...inventory } = unseal(await one.read(path)) as Inventory;
  expect(warehouse).toMatch(/^[0-9a-f-]{36}$/);
  await one.write(path, seal(inventory));
  await one.remove("data/backups/warehouse.json");
}

/** An empty home beside, with a database that nobody ever used. */
async function elsewhere(): Promise<Home> {
  const other = await makeHome("", await server.database(null));
  await other.remove("config");
  others.push(other);
  return other;
}

const into = (other: Home, id: string) => restored(home, id, other.path, other.database ?? "");

describe("a backup comes back", () => {
  test("rows, views, comments, keys and numbers; exports and state byte for byte; files that are absent", async () => {
    const report = await create(world, { withArtifacts: true });
    expect(report).toMatchObject({ left_out: [], notes: [], redacted: [] });
    const other = await elsewhere();
    const back = await into(other, report.id ?? "");
    expect(back.database).toBe("restored");
    expect(back.artifacts).toBe(3);
    expect(back.files.map((one) => one.result)).toEqual(["written", "written"]);
    expect(await contentOf(other.database ?? "")).toEqual(await contentOf(home.database ?? ""));
    const again = await into(other, report.id ?? "");
    expect([again.database, again.artifacts]).toEqual(["before", 0]);
    const there = await worldOf(other);
    try {
      await exportSources(there, { sources: [], deep: false });
      await rebuildState(there);
      const folders = ["data/exports", "data/state", "data/acquire", "config"] as const;
      const [was, is] = [await home.snapshot(...folders), await other.snapshot(...folders)];
      expect(Object.keys(was).length).toBeGreaterThan(8);
      expect(is).toEqual(was);
      const manifest = "manifests/canonical/trusts/trusts_canonical.yaml";
      expect(await other.read(manifest)).toBe(await home.read(manifest));
      // Numbers go on where they were: the next vintage takes none that was given.
      await other.write("inbox/trusts-2025-03.csv", "Code,Number\nR01,5\nR02,6\n");
      expect((await backfill(there, { ...EVERYTHING, periods: ["2025-03"] })).exit).not.toBe(1);
    } finally {
      await there.close();
    }
    await expect(into(other, report.id ?? "")).rejects.toThrow(
      /was restored from .* before, and was changed since: /,
    );
    await expect(into(home, report.id ?? "")).rejects.toMatchObject({ code: "BACKUP_TARGET" });
  });

  test("a view of one's own comes back, one that needs more than is kept is named", async () => {
    await rows("create view silver.z_second as select org_code from silver.trusts_activity");
    await rows("create view silver.a_first as select org_code from silver.z_second");
    await rows("create table public.mine as select 'R01' as org_code");
    await rows("create view silver.outside as select * from public.mine");
    await rows("create function silver.twice(int) returns int language sql as 'select $1 * 2'");
    const report = await create(world);
    expect(report.left_out).toEqual([
      "function silver.twice",
      "view silver.outside: it needs what is not here",
    ]);
    expect((await proven(world, report.id ?? "")).differences).toEqual([]);
  });
});

describe("what is there is not stored again", () => {
  test("unchanged: nothing new; a load: its rows; a column that came later: the old parts stay", async () => {
    expect((await create(world)).new_parts).toBeGreaterThan(10);
    const before = await storeFiles(home);
    const second = await create(world);
    expect([second.new_parts, second.new_bytes, second.taken_over.length]).toEqual([0, 0, 2]);
    const added = [...(await storeFiles(home)).keys()].filter((path) => !before.has(path));
    expect(added.every((path) => path.startsWith(`data/backups/${second.id}/`))).toBe(true);
    const table = monthOf(3);
    const wider = {
      headers: [...table.headers, "Cancelled"],
      rows: table.rows.map((row, at) => [...row, 3 + at]),
    };
    await home.write("inbox/trusts-2025-03.xlsx", gridXlsx([sheetOf("Activity", wider)]));
    await backfill(world, EVERYTHING);
    const third = await create(world);
    const inventory = await inventoryOf(third.id ?? "");
    const activity = inventory.tables.find((one) => one.name === "trusts_activity");
    expect(activity?.parts.map((part) => part.columns.length)).toEqual([11, 12]);
    expect(before.has(partPath(activity?.parts[0]?.sha256 ?? ""))).toBe(true);
    expect((await proven(world, third.id ?? "")).differences).toEqual([]);
    // A part is what COPY prints, to be read without the program.
    const packed = before.get(partPath(activity?.parts[0]?.sha256 ?? ""));
    const [line] = gunzipSync(packed ?? Buffer.of())
      .toString()
      .split("\n");
    expect(line).toMatch(/^\d+\t1\t4\tdata\t\\N\tR01\tTrust of A\tAcute\t5000\t/);
    expect((await create(world, { full: true })).taken_over).toEqual([]);
  });

  test("a part that is gone is read again; a dry run says what would be read, and writes nothing", async () => {
    const first = await made(world);
    const [lost] = (await inventoryOf(first)).tables.flatMap((one) =>
      one.schema === "bronze" ? one.parts : [],
    );
    await home.remove(partPath(lost?.sha256 ?? ""));
    const files = await storeFiles(home);
    const dry = await create(world, { dryRun: true });
    expect([dry.id, dry.taken_over.length]).toEqual([null, 1]);
    expect(await storeFiles(home)).toEqual(files);
    const second = await create(world);
    expect(second.new_parts).toBe(1);
    expect((await verified(home, second.id ?? "")).differences).toEqual([]);
  });
});

const partPath = (sha256: string): string =>
  `data/backups/parts/${sha256.slice(0, 2)}/${sha256}.gz`;

async function inventoryOf(id: string): Promise<Inventory> {
  return JSON.parse(await home.read(`data/backups/${id}/inventory.json`)) as Inventory;
}

test("where the configuration says so, files are in the backups of the night, and are not read again", async () => {
  await home.write("config/settings.yaml", "backup: { with_artifacts: true }\n");
  const set = await worldOf(home);
  const opened = vi.spyOn(DataLayer.prototype, "openArtifact");
  try {
    const night = jobOf("backup", set);
    for (const reads of [3, 0]) {
      opened.mockClear();
      expect(await night?.run(set, EVERYTHING.watch)).toMatchObject({ exit: 0 });
      expect(opened).toHaveBeenCalledTimes(reads);
    }
    const kept = async (id: string): Promise<readonly boolean[]> =>
      (await inventoryOf(id)).artifacts.map((one) => one.kept);
    const ids = (await listBackups(set.data)).map((one) => one.id);
    expect(await Promise.all(ids.map(kept))).toEqual([
      [true, true, true],
      [true, true, true],
    ]);
    const by = async (...flags: readonly string[]) =>
      JSON.parse((await home.run("backup", "create", "--json", ...flags)).stdout) as CreateReport;
    expect(await kept((await by("--without-artifacts")).id ?? "")).toEqual([false, false, false]);
    expect(await kept((await by()).id ?? "")).toEqual([true, true, true]);
  } finally {
    opened.mockRestore();
    await set.close();
  }
});

describe("what was purged", () => {
  const buried = {
    choice: { source: "trusts_activity", period: "2025-02" },
    vintage: 1,
    by: "Ada",
    reason: "small numbers",
    dryRun: false,
    watch: EVERYTHING.watch,
  } as const;

  test("is named with the backups that hold it, is in no later one, and is buried again by a restore", async () => {
    const first = await made(world);
    await load(2, 7);
    const second = await made(world);
    const [table] = (await inventoryOf(second)).tables.filter(
      (one) => one.name === "trusts_activity",
    );
    const report = await purge(world, buried);
    expect(report.backups.map((one) => one.name)).toEqual([first, second]);
    expect(report.backups.map((one) => one.loads)).toEqual([
      report.scope.loads.map((one) => one.load_id),
      report.scope.loads.map((one) => one.load_id),
    ]);
    const third = await made(world);
    const later = (await inventoryOf(third)).tables.find((one) => one.name === "trusts_activity");
    expect(later?.rows).toBe((table?.rows ?? 0) - 20);
    expect(
      later?.parts.some((part) =>
        part.loads?.some((one) => one.period === "2025-02" && one.vintage === 1),
      ),
    ).toBe(false);
    expect((await proven(world, third)).differences).toEqual([]);
    const other = await elsewhere();
    const publications = await home.read("config/publications.yaml");
    await other.write("config/publications.yaml", `# Mine\n${publications}`);
    const back = await into(other, second);
    expect(back.buried).toEqual(["trusts_activity 2025-02 vintage 1"]);
    // A file that stands there and differs stays, and is named.
    expect(back.files).toContainEqual({ path: "config/publications.yaml", result: "kept" });
    expect(await other.read("config/publications.yaml")).toMatch(/^# Mine/);
    const there = await worldOf(other);
    const found = await there.database.rows<{ figure: number; by: string }>(
      `select count(*)::int as figure, (select "by" from ops.tombstone) as by from bronze.trusts_activity b join ops.load l on l.load_id = b._load_id
        where l.period = '2025-02' and l.vintage = 1`,
    );
    await there.close();
    expect(found).toEqual([{ figure: 0, by: "Ada" }]);
  });

  test("while a backup is made is in no backup that is finished", async () => {
    // The snapshot stands when the first reader opens; the purge then commits before the inventory is written.
    let sessions = 0;
    const original = Database.prototype.session;
    const open = vi.spyOn(Database.prototype, "session");
    open.mockImplementation(async function (this: Database, work) {
      if (++sessions === 2) await purge(world, buried);
      return original.call(this, work);
    });
    const id = await made(world).finally(() => open.mockRestore());
    expect(sessions).toBe(6);
    const loads = partsOf(await inventoryOf(id)).flatMap((part) => part.loads ?? []);
    expect(
      loads.some(
        (one) => one.source === "trusts_activity" && one.period === "2025-02" && one.vintage === 1,
      ),
    ).toBe(false);
    expect((await listBackups(world.data)).map((one) => one.id)).toEqual([id]);
  });
});

describe("proof", () => {
  test("keeps a receipt, drops its database, and does not prove what does not come back", async () => {
    const id = await made(world);
    const { receipt } = await proven(world, id);
    expect(receipt).toMatchObject({ id, proved: true, differences: [] });
    // An inventory that tells of other rows, sealed as one of ours: the sums of the bytes are right.
    const inventory = await inventoryOf(id);
    const { sha256: _seal, ...document } = inventory as Inventory & { sha256: string };
    const lied = document.tables.map((table) =>
      table.name !== "trusts_activity"
        ? table
        : {
            ...table,
            parts: table.parts.map((part) => ({ ...part, text_sha256: "0".repeat(64) })),
          },
    );
    await home.write(`data/backups/${id}/inventory.json`, seal({ ...document, tables: lied }));
    const liar = await proven(world, id);
    expect(liar.differences).toEqual([
      expect.stringMatching(/^bronze\.trusts_activity: rows of [0-9a-f]{64} are others now$/),
    ]);
    expect(liar.receipt?.proved).toBe(false);
    await home.write(`data/backups/${id}/inventory.json`, seal(document));
    // A table that is not what its ledger says is backed up as it is, and noted; the proof tells of it.
    await rows(
      "delete from bronze.trusts_waits where _row = (select max(_row) from bronze.trusts_waits) and _load_id = (select max(_load_id) from bronze.trusts_waits)",
    );
    const broken = await create(world, { full: true });
    expect(broken.notes).toEqual([
      expect.stringMatching(/^bronze\.trusts_waits: 39 rows, the ledger has 40$/),
    ]);
    expect((await proven(world, broken.id ?? "")).differences.join()).toContain("counts_differ");
    expect(await rows("select 1 from pg_database where datname like 'canonry_proof%'")).toEqual([]);
    expect((await listBackups(world.data)).map((one) => one.proved)).toEqual([false, false]);
  });
});

describe("what nothing should rest on", () => {
  const onShelf = () => backupShelf(world.database, world.data).list();
  const doubts = async () =>
    new Map((await onShelf()).map(({ id, doubt, is_verified }) => [id, doubt ?? is_verified]));
  const partOnlyIn = async (id: string, other: string): Promise<string> => {
    const known = new Set(partsOf(await inventoryOf(other)).map((part) => part.sha256));
    const own = partsOf(await inventoryOf(id)).find((part) => !known.has(part.sha256));
    const { sha256 } = own ?? { sha256: "" };
    return `data/backups/parts/${sha256.slice(0, 2)}/${sha256}.gz`;
  };

  test("the last proof decides: one that failed displaces none, and the next takes nothing over", async () => {
    const first = await made(world);
    await proven(world, first);
    await load(3);
    const second = await made(world);
    await proven(world, second);
    const path = await partOnlyIn(second, first);
    const bytes = (await storeFiles(home)).get(path) ?? Buffer.of();
    await home.write(path, flipped(bytes, 8 * (bytes.length - 20)));
    expect((await verified(home, second)).differences).toHaveLength(1);
    expect(await doubts()).toEqual(
      new Map<string, unknown>([
        [first, true],
        [second, "its last proof failed"],
      ]),
    );
    const settings = { keep_daily: 0, keep_weekly: 0, keep_monthly: 0 };
    expect(judgeBackups(await onShelf(), settings).filter((one) => one.action !== null)).toEqual(
      [],
    );
    expect(await lastProvenRestore(world)).toMatchObject({ last: { id: first } });
    const alone = { force: false, dryRun: true };
    await expect(forgetBackup(world, first, alone)).rejects.toMatchObject({
      code: "BACKUP_NEEDED",
    });
    const third = await create(world);
    expect([third.taken_over, third.new_parts > 0]).toEqual([[], true]);
    expect((await proven(world, third.id ?? "")).differences).toEqual([]);
  });

  test("a part that rotted and was not looked at is written again by --full", async () => {
    const id = await made(world, { withArtifacts: true });
    const files = [...(await storeFiles(home))];
    for (const [path, bytes] of files.filter(([key]) => /\/(?:parts|artifacts)\//.test(key)))
      await home.write(path, flipped(bytes, 8 * (bytes.length - 1)));
    expect((await made(world, { withArtifacts: true })).length).toBeGreaterThan(0);
    expect((await verified(home, id)).differences.length).toBeGreaterThan(10);
    await create(world, { full: true, withArtifacts: true });
    expect((await verified(home, id)).differences).toEqual([]);
  });

  test("a database that was lost and made anew is not backed up in place of the one that was", async () => {
    const id = await made(world);
    const other = await elsewhere();
    await cp(home.path, other.path, { recursive: true });
    const there = await worldOf(other);
    try {
      await expect(create(there)).rejects.toThrow(
        /the database holds less: .* the ledger is empty/,
      );
      for (const folder of ["data/state", "manifests"]) await other.remove(folder);
      await expect(create(there)).rejects.toMatchObject({ code: "BACKUP_FOREIGN" });
      await asBefore(other, id);
      await expect(create(there)).rejects.toThrow(
        new RegExp(`the database holds less: backup ${id} has \\d loads, and it has none`),
      );
      const empty = await made(there, { force: true });
      const shelf = await backupShelf(there.database, there.data).list();
      expect(shelf.find((one) => one.id === empty)?.doubt).toBe("it holds no load, and others do");
    } finally {
      await there.close();
    }
  });

  test("the newest is so by the clock of the database, not by that of a machine", async () => {
    const early = await made({ ...world, newId: () => "20991231T000000-0123456789" });
    const late = await made(world);
    const { id } = await proveBackup(world, null, checkRestored);
    expect([early, id]).toEqual(["20991231T000000-0123456789", late]);
  });
});

describe("damage", () => {
  test(`200 single bits, every file cut at every tenth, every file missing: all are caught (seed ${SEED})`, async () => {
    const id = await made(world, { withArtifacts: true });
    await proven(world, id);
    const files = new Map(await storeFiles(home));
    expect(await isCaught(await storeOf(files), id)).toBe(false);
    const random = randomOf(SEED);
    // What says whose store it is belongs to no backup.
    files.delete("data/backups/warehouse.json");
    const paths = [...files.keys()];
    const missed: string[] = [];
    const damage = async (path: string, bytes: Buffer | null, what: string): Promise<void> => {
      if (!(await isCaught(await storeOf(files, { path, bytes }), id)))
        missed.push(`${path} ${what}`);
    };
    for (let flip = 0; flip < 200; flip++) {
      const path = paths[Math.floor(random() * paths.length)] ?? "";
      const bytes = files.get(path) ?? Buffer.of();
      const bit = Math.floor(random() * bytes.length * 8);
      await damage(path, flipped(bytes, bit), `bit ${bit}`);
    }
    for (const [path, bytes] of files) {
      for (let tenth = 0; tenth < 10; tenth++) {
        await damage(
          path,
          bytes.subarray(0, Math.floor((bytes.length * tenth) / 10)),
          `at ${tenth}/10`,
        );
      }
      await damage(path, Buffer.concat([bytes, Buffer.of(0)]), "with a byte more");
      // A receipt that is missing was never there.
      if (!path.includes("/receipts/")) await damage(path, null, "missing");
    }
    expect(missed).toEqual([]);
  });

  test("a file that a server gives damaged is one of many, as one on a disk is", async () => {
    await exportSources(world, { sources: [], deep: false });
    const [lost] = await rows<{ artifact: string; source: string; load_id: string }>(
      "select artifact, source, load_id from ops.part join ops.load using (load_id) where is_current order by load_id limit 1",
    );
    const sha256 = lost?.artifact ?? "";
    const rotten = `data/acquire/${sha256.slice(0, 2)}/${sha256}`;
    const lookAt = async (one: World): Promise<unknown> => {
      const options = { publications: [], periods: [], deep: true };
      const reread = (id: number) => rereadLoad(one, id);
      const { checked, differences } = await verify(one, { ...options, reread });
      const { notes, id } = await create(one, { withArtifacts: true, full: true });
      const { artifacts } = await inventoryOf(id ?? "");
      const { limits } = one.config.settings;
      const cited = cite(
        { database: one.database, data: one.data, limits },
        {
          source: lost?.source ?? "",
          periods: [],
          columns: [],
          load: { id: lost?.load_id ?? "", row: 4 },
        },
      );
      return {
        artifacts: checked.artifacts,
        kinds: [...new Set(differences.map((one) => one.kind))],
        notes: notes.length,
        kept: artifacts.map((artifact) => artifact.kept),
        cited: await cited.catch((error: unknown) => (error as CanonryError).code),
      };
    };
    const served = servedWorld(world, [rotten, "data/exports/trusts_activity.parquet"]);
    const onServer = await lookAt(served).finally(() => served.data.close());
    for (const path of [rotten, "data/exports/trusts_activity.parquet"]) {
      const bytes = await readFile(join(home.path, path));
      await home.write(path, flipped(bytes, bytes.length * 4));
    }
    await home.remove("data/backups");
    const onDisk = await lookAt(world);
    expect(onServer).toEqual(onDisk);
    const kinds = ["artifact_differs", "export_differs", "reading_differs"];
    expect(onDisk).toMatchObject({ kinds, notes: 1, cited: "CITATION_BROKEN" });
  });

  test("whatever of it rotted on a server is damage of the backup, as on a disk", async () => {
    const id = await made(world);
    await backupsOf(world.data).writeReceipt({
      ...{ format: "canonry/receipt@1", id, proved_at: "2026-01-31T05:00:00.000Z", program: "1" },
      ...{ server: null, proved: true, tables: 1, rows: 1, differences: [] },
    });
    const files = await storeFiles(home);
    const [receipt = ""] = [...files.keys()].filter((path) => path.includes("/receipts/"));
    const inventory = await inventoryOf(id);
    const [part] = partsOf(inventory);
    const look = async (data: World["data"]): Promise<unknown> => {
      const store = backupsOf(data);
      try {
        const faults = await faultsOf(store, await wholeInventory(store, id));
        for await (const _line of store.openPart(part ?? { sha256: "", size_bytes: 0 }));
        return faults;
      } catch (error) {
        const { code, exit } = error as CanonryError;
        return [code, exit, (await listBackups(data)).map((one) => one.state)];
      }
    };
    const paths = ["inventory.json", "post-data.sql"].map((name) => `data/backups/${id}/${name}`);
    for (const path of [...paths, receipt, partPath(part?.sha256 ?? "")]) {
      const served = servedWorld(world, [path]);
      const onServer = await look(served.data).finally(() => served.data.close());
      const bytes = files.get(path) ?? Buffer.of();
      await home.write(path, flipped(bytes, bytes.length * 4));
      expect(onServer, path).toEqual(await look(world.data));
      expect(onServer, path).not.toEqual([]);
      await home.write(path, bytes);
    }
  });

  test("a restore of a damaged one writes nothing to the database", async () => {
    const id = await made(world);
    const files = await storeFiles(home);
    const part = [...files.keys()].filter((path) => path.endsWith(".gz"));
    const { database: url } = await elsewhere();
    const damages = [
      [part[0], (bytes: Buffer) => flipped(bytes, bytes.length * 8 - 3)],
      [part[9], (bytes: Buffer) => bytes.subarray(0, bytes.length * 0.6)],
      [`data/backups/${id}/post-data.sql`, (bytes: Buffer) => flipped(bytes, 77)],
      [part[4], () => null],
    ] as const;
    for (const [path = "", change] of damages) {
      const store = await storeOf(files, { path, bytes: change(files.get(path) ?? Buffer.of()) });
      const database = new Database({ url: url ?? "", migrations: "drizzle" });
      const restoring = databaseToRestore(store, await wholeInventory(store, id), []).then((all) =>
        restoreBackup(database, all),
      );
      await expect(restoring).rejects.toMatchObject({ code: "BACKUP_DAMAGED" });
      const left = await database.rows(
        "select 1 from pg_namespace where nspname in ('ops', 'bronze', 'silver')",
      );
      await database.close();
      expect(left).toEqual([]);
    }
  });

  test("one of an unknown format, or of a ledger that is newer, is refused", async () => {
    const id = await made(world);
    const { sha256: _seal, ...document } = (await inventoryOf(id)) as Inventory & {
      sha256: string;
    };
    const written = (more: object): Promise<void> =>
      home.write(`data/backups/${id}/inventory.json`, seal({ ...document, ...more }));
    const other = await elsewhere();
    for (const more of [{ format: "canonry/backup@2" }, { migration: document.migration + 1 }]) {
      await written(more);
      await expect(into(other, id)).rejects.toMatchObject({ code: "BACKUP_FORMAT" });
    }
    await written({});
    expect((await into(other, id)).database).toBe("restored");
  });
});

test("the command line: what it prints, and how it ends", async () => {
  const said = async (...args: readonly string[]) => home.run("backup", ...args);
  expect(await said("list")).toMatchObject({ code: 0, stderr: expect.stringContaining("none") });
  expect((await said("verify")).stderr).toContain("BACKUP_UNKNOWN: there is no backup");
  expect((await home.run("status")).stderr).toContain("no backup yet");
  const dry = await said("create", "--dry-run");
  expect(dry.stdout).toMatch(/read bronze\.trusts_activity: 3 loads: there is no backup before\n/);
  expect((await said("create")).stdout).toMatch(/^Backup \S+: \d+ tables, [\d,]+ rows as of /);
  expect((await home.run("status")).stderr).toContain("last proven restore: never");
  const [line] = await home.json<{ id: string; state: string }[]>("backup", "list");
  const id = line?.id ?? "";
  const proof = await said("verify", "--restore");
  expect(proof).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/compared: it is whole\.\n$/),
  });
  expect((await home.run("status")).stderr).toContain(`, backup ${id}`);
  expect((await said("list")).stdout).toMatch(/whole +\d+ +\d+ +[\d.]+ kB +\d{4}-\d\d-\d\d\n$/);
  expect(await said("forget", id)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--force"),
  });
  expect((await said("forget", id, "--force", "--dry-run")).stdout).toMatch(
    new RegExp(`^would go: data/backups/${id}/inventory.json: ${id} is forgotten\n`),
  );
  expect((await said("restore", id)).stderr).toContain("BACKUP_TARGET");
  await home.write(`data/backups/${id}/pre-data.sql`, "select 1;\n");
  const damaged = await said("verify", id);
  expect([damaged.code, damaged.stdout]).toEqual([
    6,
    expect.stringContaining("pre-data.sql has 10 bytes"),
  ]);
});

describe("files.sh", () => {
  /** A folder of nothing but programs that every system has. */
  async function fewPrograms(): Promise<string> {
    const folder = join(home.path, "few");
    await mkdir(folder);
    for (const name of ["cmp", "dirname", "gunzip", "gzip", "mkdir", "mv", "rm", "sh"]) {
      const { stdout } = await shell(["-c", `command -v ${name}`]);
      await symlink(stdout.trim(), join(folder, name));
    }
    return folder;
  }

  test("writes a file whole or not at all, and says what is not as it was", async () => {
    const id = await made(world);
    const { files } = await inventoryOf(id);
    const [first, ...rest] = files;
    const part = partPath(first?.sha256 ?? "");
    const whole = await readFile(join(home.path, part));
    const few = await fewPrograms();
    const other = await elsewhere();
    const cut = whole.subarray(0, whole.length >> 1);
    for (const [bytes, path] of [
      [cut, undefined],
      [cut, few],
      [flipped(whole, whole.length * 4), undefined],
      [null, undefined],
    ] as const) {
      if (bytes === null) await home.remove(part);
      else await home.write(part, bytes);
      const failed = await unpacked(home, id, other, path);
      expect([failed.code, failed.stderr]).toEqual([
        1,
        expect.stringContaining(`FAILED ${first?.path ?? ""}: `),
      ]);
      const found = Object.keys(await other.snapshot("."));
      expect(found.filter((one) => /config|manifests/.test(one))).toEqual(
        rest.map((one) => one.path).sort(),
      );
    }
    await home.write(part, whole);
    const mended = await unpacked(home, id, other, few);
    expect([mended.code, mended.stdout]).toEqual([
      0,
      [`wrote ${first?.path ?? ""}`, ...rest.map((one) => `kept ${one.path}`), ""].join("\n"),
    ]);
    for (const { path } of files) expect(await other.read(path)).toBe(await home.read(path));
    await other.write(first?.path ?? "", "mine");
    const differs = await unpacked(home, id, other);
    expect([differs.code, differs.stderr]).toEqual([
      1,
      `DIFFERS ${first?.path ?? ""}: it stays as it is\n`,
    ]);
    expect(await other.read(first?.path ?? "")).toBe("mine");
  });
});

describe("secrets", () => {
  test("none that is written out in the configuration is in a backup", async () => {
    const url = new URL(home.database ?? "");
    url.password = "s3cr-et/pass".replace("/", "%2F");
    await home.write(
      "config/settings.yaml",
      `database:\n  url: "${url.href}?sslpassword=topsecret9" # mine\n`,
    );
    const report = await create(world, { withArtifacts: true });
    const text = await storeText(home);
    for (const secret of ["s3cr-et", "topsecret9", new URL(home.database ?? "").password]) {
      expect(text.includes(secret), secret).toBe(false);
    }
    // Two secrets are two variables.
    expect(report.redacted).toEqual([
      `config/settings.yaml: \${CANONRY_DATABASE_PASSWORD} in place of a secret`,
      `config/settings.yaml: \${CANONRY_DATABASE_PASSWORD_2} in place of a secret`,
    ]);
    expect(text).toContain("# mine");
  });

  test("however it is written; and a file whose secrets nobody can tell is left out, and that is said", async () => {
    const s3 = [
      "    aws_access_key_id: AKIA0EXAMPLE",
      "    aws_secret_access_key:\n      wJalrSECRETONE",
      "    aws_session_token: >-\n      SECRETTOKENTWO # no comment",
    ];
    await home.write("config/settings.yaml", `storage:\n  s3:\n${s3.join("\n")}\n`);
    const report = await create(world);
    const text = await storeText(home);
    expect(text).toContain("AKIA0EXAMPLE");
    for (const secret of ["wJalrSECRETONE", "SECRETTOKENTWO"]) expect(text).not.toContain(secret);
    expect(report.redacted).toEqual(
      ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"].map(
        (name) => `config/settings.yaml: \${CANONRY_${name}} in place of a secret`,
      ),
    );
    const other = await elsewhere();
    const env = { CANONRY_AWS_SECRET_ACCESS_KEY: "one", CANONRY_AWS_SESSION_TOKEN: "two" };
    await restoreHome(
      {
        ...outsideOf(home.path, other.database),
        env: { ...env, DATABASE_URL: other.database ?? "" },
      },
      { id: report.id ?? "", intoHome: other.path },
    );
    expect(await other.read("config/settings.yaml")).toContain("CANONRY_AWS_SESSION_TOKEN");
    await home.write("config/settings.yaml", "database: [\n  password: SECRETTHREE\n");
    const odd = await create(world);
    expect(odd.notes).toEqual([expect.stringMatching(/^config\/settings.yaml is not in it: /)]);
    expect((await inventoryOf(odd.id ?? "")).files.map((one) => one.path)).not.toContain(
      "config/settings.yaml",
    );
    expect(await storeText(home)).not.toContain("SECRETTHREE");
  });
});

describe("side by side", () => {
  test("backups during a backfill, two at a time, are each whole and each one moment", async () => {
    for (const month of [3, 4, 5]) await publish(month);
    const second = await worldOf(home);
    try {
      const loading = { ended: false };
      const loaded = backfill(world, EVERYTHING).finally(() => {
        loading.ended = true;
      });
      const ids: string[] = [];
      while (!loading.ended) {
        ids.push(...(await Promise.all([made(second), made(second)])));
      }
      expect((await loaded).exit).toBe(0);
      ids.push(await made(second));
      const lines = await listBackups(second.data);
      expect(lines.map((one) => one.state)).toEqual(ids.map(() => "whole"));
      const chosen = [...new Set([ids[0], ids[Math.floor(ids.length / 2)], ids.at(-1)])];
      for (const id of chosen) expect((await proven(second, id ?? "")).differences).toEqual([]);
      expect(new Set(lines.map((one) => one.rows)).size).toBeGreaterThan(1);
    } finally {
      await second.close();
    }
  });
});

describe("two warehouses and one store", () => {
  const gone = { force: false, dryRun: false };
  const foreign = { code: "BACKUP_FOREIGN" };
  let there: World | null = null;

  /** Another warehouse, with loads of its own, whose backups are kept where those of the first are. */
  async function neighbour(): Promise<World> {
    const other = await elsewhere();
    await other.write(
      "config/publications.yaml",
      "publications:\n  beds: { name: Beds, folder: inbox }\n",
    );
    await other.write(
      "config/settings.yaml",
      `storage: { roles: { backups: { base_dir: "${home.path}/data" } } }\n`,
    );
    await other.write("inbox/beds-2025-01.csv", "Trust,Beds\nR01,5\nR02,6\nR03,7\n");
    there = await worldOf(other);
    expect((await backfill(there, EVERYTHING)).exit).toBe(0);
    return there;
  }
  afterEach(async () => {
    await there?.close();
    there = null;
  });

  test("neither writes nor removes where the other does, unless it is forced; then each counts its own", async () => {
    const mine = await made(world);
    await proven(world, mine);
    const there = await neighbour();
    const before = await storeFiles(home);
    await expect(create(there)).rejects.toMatchObject(foreign);
    await expect(create(there, { dryRun: true })).rejects.toMatchObject(foreign);
    await expect(forgetBackup(there, mine, gone)).rejects.toMatchObject(foreign);
    const shelf = () => backupShelf(there.database, there.data).list();
    expect((await shelf()).map((one) => one.doubt)).toEqual([
      expect.stringMatching(/^it is of the warehouse [0-9a-f-]{36}$/),
    ]);
    await expect(proveBackup(there, null, checkRestored)).rejects.toThrow(
      "there is no backup of this warehouse",
    );
    expect(await storeFiles(home)).toEqual(before);
    expect(await lastProvenRestore(there)).toEqual({ any: false, last: null });

    const forced = await made(there, { force: true });
    await expect(create(world)).rejects.toMatchObject(foreign);
    expect([await lastProvenRestore(there), await lastProvenRestore(world)]).toMatchObject([
      { any: true, last: null },
      { any: true, last: { id: mine } },
    ]);
    const second = await made(there);
    const settings = { keep_daily: 0, keep_weekly: 0, keep_monthly: 0 };
    const goes = judgeBackups(await shelf(), settings).filter((one) => one.action !== null);
    expect(goes.map((one) => one.key)).toEqual([`backup ${forced}`]);
    // No restore has proven another of its own.
    await proven(there, second);
    await forgetBackup(there, second, { ...gone, force: true });
    await forgetBackup(there, forced, { ...gone, force: true });
    expect((await verified(home, mine)).differences).toEqual([]);
    expect((await listBackups(world.data)).map((one) => one.id)).toEqual([mine]);
    // Where the store is the other's, only what nobody else can need goes.
    const parts = (files: ReadonlyMap<string, Buffer>) =>
      [...files.keys()].filter((path) => path.includes("/parts/"));
    const kept = parts(await storeFiles(home));
    await forgetBackup(world, mine, { ...gone, force: true });
    const left = await storeFiles(home);
    expect(parts(left)).toEqual(kept);
    expect(left.has("data/backups/warehouse.json")).toBe(true);
  });

  test("a store is one's own from the first byte on, until its last backup is forgotten", async () => {
    const there = await neighbour();
    await create(world, { dryRun: true });
    expect(await storeFiles(home)).toEqual(new Map());
    const part = { sha256: "", size_bytes: 0, text_bytes: 0, text_sha256: "", isNew: true };
    const atFirstPart = (work: () => Promise<unknown>): void => {
      const put = vi.spyOn(BackupStore.prototype, "putPart");
      put.mockImplementation(async () => {
        put.mockRestore();
        await work();
        return part;
      });
    };
    atFirstPart(async () => {
      await expect(create(there)).rejects.toMatchObject(foreign);
      throw new Error("cut short");
    });
    await expect(create(world)).rejects.toThrow("cut short");
    expect(await storeFiles(home)).toEqual(new Map());
    // Somebody took it by force meanwhile: what has no inventory yet gets none.
    atFirstPart(async () => claimStore(await ownBackups(there)));
    await expect(create(world)).rejects.toMatchObject(foreign);
    expect((await listBackups(world.data)).map((one) => one.state)).toEqual(["unfinished"]);
  });

  test("a machine that has nothing but the store restores any backup, and is that warehouse then", async () => {
    const mine = await made(world);
    const [load] = await rows<{ load_id: string; fingerprint: string }>(
      `select load_id::text, fingerprint from ops.load join ops.part using (load_id)
        where source = 'trusts_activity' and period = '2025-02' and vintage = 1`,
    );
    const { load_id, fingerprint } = load ?? { load_id: "", fingerprint: "" };
    const tombstone: BackupTombstone = {
      ...{ publication: "trusts", source: "trusts_activity", period: "2025-02", vintage: 1 },
      ...{ load_id, rows: 20, key: contentKey([fingerprint]), reason: "small", by: "Ada" },
    };
    // Another warehouse purged the same content under the same number.
    const store = await ownBackups(world);
    await store.writeTombstone({ ...tombstone, warehouse: "another" });
    const machine = await elsewhere();
    await cp(join(home.path, "data/backups"), join(machine.path, "data/backups"), {
      recursive: true,
    });
    const outside = outsideOf(machine.path, machine.database);
    expect((await restoreHome(outside, { id: mine, intoHome: null })).buried).toEqual([]);
    const restoredWorld = await worldOf(machine);
    try {
      expect((await create(restoredWorld)).taken_over).toHaveLength(2);
      expect(await warehouseId(restoredWorld.database)).toBe(await warehouseId(world.database));
    } finally {
      await restoredWorld.close();
    }
  });

  test("a ledger from before has one identity wherever it is brought to the newest shape", async () => {
    const folder = join(PROJECT, "drizzle");
    const name = (await readdir(folder)).find((one) => one.endsWith("_warehouse.sql")) ?? "";
    const migration = await readFile(join(folder, name), "utf8");
    const identityAnew = async (): Promise<string> => {
      await rows("drop table ops.warehouse");
      await rows(migration);
      return warehouseId(world.database);
    };
    const first = await identityAnew();
    expect(await identityAnew()).toBe(first);
  });
});

describe("forget", () => {
  test("removes what no other backup needs; not the last that is proven; not while one is made", async () => {
    const first = await made(world);
    await load(3);
    const second = await made(world);
    await proven(world, first);
    const force = { force: false, dryRun: false };
    await expect(forgetBackup(world, first, force)).rejects.toMatchObject({
      code: "BACKUP_NEEDED",
    });
    await proven(world, second);
    await world.database.inTurn(
      "canonry.backups",
      () => expect(forgetBackup(world, first, force)).rejects.toMatchObject({ code: "LOCK_HELD" }),
      true,
    );
    const needed = new Set(partsOf(await inventoryOf(second)).map((part) => partPath(part.sha256)));
    await forgetBackup(world, first, force);
    const left = [...(await storeFiles(home)).keys()];
    const parts = left.filter((path) => path.startsWith("data/backups/parts/"));
    expect(new Set(parts.filter((path) => needed.has(path)))).toEqual(needed);
    expect(left.some((path) => path.includes(first))).toBe(false);
    expect((await verified(home, second)).differences).toEqual([]);
    await expect(forgetBackup(world, first, force)).rejects.toMatchObject({
      code: "BACKUP_UNKNOWN",
    });
    await forgetBackup(world, second, { force: true, dryRun: false });
    expect(await storeFiles(home)).toEqual(new Map());
  });

  test("where an inventory is damaged no shared part goes", async () => {
    const first = await made(world);
    await load(3);
    const second = await made(world);
    await home.write(`data/backups/${second}/inventory.json`, "{");
    const before = [...(await storeFiles(home)).keys()].filter((path) => path.includes("/parts/"));
    await forgetBackup(world, first, { force: true, dryRun: false });
    const after = [...(await storeFiles(home)).keys()].filter((path) => path.includes("/parts/"));
    expect(after).toEqual(before);
    expect((await listBackups(world.data)).map((one) => one.state)).toEqual(["damaged"]);
  });
});
