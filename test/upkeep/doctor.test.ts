import { execFile } from "node:child_process";
import { chmod, readFile, rename, symlink, utimes } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Paths } from "../../src/data-layer/paths.ts";
import { LocalStorage } from "../../src/data-layer/storage/local-storage.ts";
import { BackupStore } from "../../src/data-layer/stores/backup-store.ts";
import { FINDINGS, type FindingCode } from "../../src/model/finding.ts";
import { seal } from "../../src/model/manifest/sealed.ts";
import type { ExamineOptions } from "../../src/pipeline/upkeep/doctor.ts";
import { examine } from "../../src/pipeline/upkeep/doctor.ts";
import { type Observations, plan } from "../../src/upkeep/doctor/index.ts";
import { blockBytes, blockOf, compressed } from "../../src/upkeep/retain/archive-format.ts";
import { made, proven, storeFiles } from "../support/backups.ts";
import { ailments, backfillOf, doctorOf, outsideOf } from "../support/doctor.ts";
import { Home, MAIN, makeHome } from "../support/home.ts";
import { SeriesServer } from "../support/series.ts";
import { worldOf } from "../support/world.ts";

const CONFIG = "publications:\n  beds:\n    name: Beds\n    folder: inbox\n";
const csv = (figure: number): string =>
  `Trust,Beds\n${Array.from({ length: 8 }, (_none, at) => `Trust ${at},${figure + at}`).join("\n")}\n`;

const away = (port: number): string => `storage:
  s3:
    bucket: lake
    endpoint: http://127.0.0.1:${port}
    aws_access_key_id: a
    aws_secret_access_key: b
  roles:
`;
/** Nobody listens there. */
const AWAY = `${away(1)}    backups: { backend: s3 }\n`;

let server: SeriesServer;
let home: Home;
let client: pg.Client;
let artifacts: readonly string[];
/** The one backup, a part of it, and a whole archive of event logs. */
let backup: string;
let part: string;
const ARCHIVE = "data/archive/logs/2025-01.jsonl.gz";
const artifactPath = (at: number): string =>
  `data/acquire/${artifacts[at]?.slice(0, 2)}/${artifacts[at]}`;

beforeAll(async () => {
  server = await SeriesServer.start();
  home = await makeHome(CONFIG, await server.database());
  await home.write("inbox/beds-2025-01.csv", csv(10));
  await home.write("inbox/beds-2025-02.csv", csv(20));
  expect((await backfillOf(home)).exit).toBe(0);
  const world = await worldOf(home);
  backup = await made(world);
  expect((await proven(world, backup)).differences).toEqual([]);
  await world.close();
  part = [...(await storeFiles(home)).keys()].find((path) => path.includes("/parts/")) ?? "";
  await home.write(ARCHIVE, await archived("2025-01-03/a.jsonl", '{"what":"begun"}\n'.repeat(99)));
  client = new pg.Client({ connectionString: home.database ?? "" });
  await client.connect();
  const { rows } = await client.query<{ sha256: string }>(
    "select sha256 from ops.artifact order by 1",
  );
  artifacts = rows.map((row) => row.sha256);
});
afterAll(async () => {
  await client.end();
  await home.close();
  await server.close();
});

/** An archive that holds one log. */
async function archived(log: string, text: string): Promise<Buffer> {
  const content = Buffer.from(text);
  const plain = async function* () {
    yield* blockBytes(blockOf(log, content), content);
  };
  const packed: Uint8Array[] = [];
  for await (const chunk of compressed(plain())) packed.push(chunk);
  return Buffer.concat(packed);
}

/** Every row of the ledger, as one text. */
async function ledger(): Promise<string> {
  const tables = await client.query<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('ops', 'bronze') order by 1",
  );
  const texts: string[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await client.query<{ text: string }>(
      `select coalesce(string_agg(t::text, E'\\n' order by t::text), '') as text from ${name} t`,
    );
    texts.push(`${name}\n${rows[0]?.text ?? ""}`);
  }
  return texts.join("\n");
}

describe("a clean home", () => {
  test("has nothing but right findings, one for each code", async () => {
    const seen = await doctorOf(home);
    expect(ailments(seen)).toEqual([]);
    expect(seen.findings.map((one) => one.code)).toEqual(Object.keys(FINDINGS));
    expect([seen.moves, seen.not_looked_for]).toEqual([[], []]);
    expect(seen.findings.find((one) => one.code === "RESTORE_UNPROVEN")?.seen).toBe(
      `last proven restore: ${new Date().toISOString().slice(0, 10)}, backup ${backup}`,
    );
  });

  test("is not changed by looking, nor is a sick one", async () => {
    await home.write("run.log", "x");
    await home.write("tmp_files/a.txt", "x");
    const state = await home.read("data/state/state.json");
    await home.write("data/state/state.json", "damaged");
    const before = [await home.snapshot(""), await ledger()];
    expect(ailments(await doctorOf(home))).toHaveLength(3);
    expect([await home.snapshot(""), await ledger()]).toEqual(before);
    await home.remove("run.log");
    await home.remove("tmp_files");
    await home.write("data/state/state.json", state);
  });

  test("a person's own things are no pollution", async () => {
    const own = [
      ...[
        "README.md",
        "templates/a.txt",
        "notebook.ipynb",
        "figures.csv",
        ".env",
        ".cache/tmp.log",
      ],
      ...["inbox/tmp_old.log", "database/notes.txt", "logs/notes.txt", "inbox/.DS_Store"],
    ];
    for (const path of own) await home.write(path, "x");
    await home.write(
      "config/publications.yaml",
      `${CONFIG}  old:\n    name: Old\n    urls: [{ period: 2025-01, url: temp_from_them/a.csv }]\n`,
    );
    await home.write("temp_from_them/a.csv", "x");
    expect(ailments(await doctorOf(home))).toEqual([]);
    for (const path of own)
      await home.remove(path.split("/")[0] === "inbox" ? path : (path.split("/")[0] ?? path));
    await home.remove("temp_from_them");
    await home.write("config/publications.yaml", CONFIG);
  });
});

interface Fault {
  readonly code: FindingCode;
  readonly plant: () => Promise<unknown>;
  /** What is told, as "CODE where: seen". */
  readonly told: RegExp;
  readonly heal: () => Promise<unknown>;
  readonly options?: ExamineOptions;
}

/** Moves a file aside and back. */
function without(path: string): Pick<Fault, "plant" | "heal"> {
  const at = () => join(home.path, path);
  return {
    plant: () => rename(at(), `${home.path}/.aside`),
    heal: () => rename(`${home.path}/.aside`, at()),
  };
}

/** A file that should not be there. */
const extra = (path: string, text = "x"): Pick<Fault, "plant" | "heal"> => ({
  plant: () => home.write(path, text),
  heal: () => home.remove(path),
});

/** A file with something else in it. */
function edited(path: string, edit: (text: string) => string): Pick<Fault, "plant" | "heal"> {
  let before = Buffer.alloc(0);
  return {
    plant: async () => {
      before = await readFile(join(home.path, path));
      await home.write(path, Buffer.from(edit(before.toString("latin1")), "latin1"));
    },
    heal: () => home.write(path, before),
  };
}

const sql = (plant: string, heal: string): Pick<Fault, "plant" | "heal"> => ({
  plant: () => client.query(plant),
  heal: () => client.query(heal),
});

/** A receipt of a restore that brought back something else. */
function failedRestore(at: string): Promise<void> {
  const store = new BackupStore(new LocalStorage(home.path), new Paths(home.path));
  return store.writeReceipt({
    ...{ format: "canonry/receipt@1", id: backup, proved_at: at, program: "", server: "" },
    ...{ proved: false, tables: 1, rows: 1, differences: ["rows differ"] },
  });
}

const MANIFEST = "manifests/canonical/beds/beds_canonical.yaml";
const RUN = "(select min(run_id) from ops.run)";

/** Built when they are run: paths of artifacts are known then. */
const faults = (): readonly Fault[] => [
  {
    code: "CONFIG_BROKEN",
    ...extra("config/settings.yaml", "nonsense: 1\n"),
    told: /^CONFIG_BROKEN config: CONFIG_INVALID: .*nonsense/,
  },
  {
    code: "PLACE_BLOCKED",
    ...extra("tmp/stray"),
    told: /^PLACE_BLOCKED tmp\/stray: it is a file where a folder belongs$/,
  },
  {
    code: "PLACE_BLOCKED",
    plant: async () => {
      await without("data/backups").plant();
      await symlink("/tmp", join(home.path, "data/backups"));
    },
    heal: async () => {
      await home.remove("data/backups");
      await without("data/backups").heal();
    },
    told: /^PLACE_BLOCKED data\/backups: it is a symbolic link/,
  },
  {
    code: "PASSWORD_OPEN",
    plant: async () => {
      await home.write("data/database/password", "x");
      await chmod(join(home.path, "data/database/password"), 0o644);
    },
    heal: () => home.remove("data/database"),
    told: /^PASSWORD_OPEN data\/database\/password: its mode is 644/,
  },
  ...["run.log", "run.log.1.gz", "my_data.db", "my.duckdb.wal", "tmpab12", "x.tmp", "core.123"].map(
    (path): Fault => ({
      code: "STRAY",
      ...extra(path),
      told: new RegExp(`^STRAY ${path.replaceAll(".", "\\.")}: .* in the root of the home$`),
    }),
  ),
  ...["data/figures.csv", "data/logs/run.txt", "tmp/x/y.csv", "manifests/x.yaml"].map(
    (path): Fault => ({
      code: "STRAY",
      ...extra(path),
      told: new RegExp(`^STRAY ${path.replace("/y.csv", "")}: .*, which no component writes$`),
      heal: () => home.remove(path.replace("/y.csv", "")),
    }),
  ),
  ...["data/acquire/notes.txt", "data/state/old.json", "data/database/my.db"].map(
    (path): Fault => ({
      code: "STRAY",
      ...extra(path),
      told: new RegExp(`^STRAY ${path}: .* among what stands in data/`),
    }),
  ),
  ...[
    ["data/acquire/zz", "k"],
    ["data/acquire/ab/note.txt", ""],
    ["data/backups/note.txt", ""],
    ["data/backups/parts/ab/x", "y.gz"],
    ["data/archive/logs/x", "t"],
    ["data/logs/events/2026-13-45", "a.jsonl"],
    ["data/logs/events/2026-09-01/sub", "a.jsonl"],
    ["data/logs/events/2026-09-01/folder.jsonl", "a/b.jsonl"],
  ].map(
    ([strange = "", below = ""]): Fault => ({
      code: "STRAY",
      ...extra(join(strange, below)),
      told: new RegExp(`^STRAY ${strange}: .* among what stands in data/`),
      heal: () => home.remove(strange),
    }),
  ),
  {
    code: "STRAY_KEPT",
    plant: () => symlink("/etc/hostname", join(home.path, "old.log")),
    heal: () => home.remove("old.log"),
    told: /^STRAY_KEPT old.log: .*; a link is not followed$/,
  },
  {
    code: "MOVE_UNFINISHED",
    ...extra(
      "data/stray/journals/1.jsonl",
      '{"at":"","by":"","what":"begun","schema":"canonry/doctor-journal@1"}\n' +
        '{"at":"","by":"","what":"moving","from":"a.log","to":"data/stray/a.log","sha256":"x"}\n',
    ),
    told: /^MOVE_UNFINISHED a.log: data\/stray\/journals\/1.jsonl says that it was to be moved/,
  },
  {
    code: "JOURNAL_BROKEN",
    ...extra("data/stray/journals/2.jsonl", '{"what":"moved"}\n'),
    told: /^JOURNAL_BROKEN data\/stray\/journals\/2.jsonl: .* is no journal$/,
  },
  {
    code: "STRAY_KEPT",
    ...extra("tmp-clone/.git/HEAD"),
    heal: () => home.remove("tmp-clone"),
    told: /^STRAY_KEPT tmp-clone: .*; it is a checkout$/,
  },
  {
    code: "GIT_UNKNOWN",
    ...extra(".git", "nonsense"),
    told: /^GIT_UNKNOWN \.: /,
  },
  {
    code: "DISK_LOW",
    plant: () => Promise.resolve(),
    heal: () => Promise.resolve(),
    options: { bounds: { freeBytes: 2 ** 60 } },
    told: /^DISK_LOW \.: \d+ MiB are free, and at least \d+ MiB should be$/,
  },
  {
    code: "MIGRATION_PENDING",
    ...sql(
      "create table public.kept as select * from ops.migration; delete from ops.migration where id = (select max(id) from ops.migration)",
      "truncate ops.migration; insert into ops.migration select * from public.kept; drop table public.kept",
    ),
    told: /^MIGRATION_PENDING ops: 1 migrations are not applied/,
  },
  {
    code: "MIGRATION_UNKNOWN",
    ...sql(
      "insert into ops.migration (hash, created_at) values ('x', 9999999999999)",
      "delete from ops.migration where hash = 'x'",
    ),
    told: /^MIGRATION_UNKNOWN ops: 1 migrations are of a program that is newer/,
  },
  {
    code: "CLOCK_SKEW",
    plant: async () => {
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 120_000 });
    },
    heal: async () => {
      vi.useRealTimers();
    },
    told: /^CLOCK_SKEW ops: the database is 1\d\d s ahead$/,
  },
  {
    code: "LOCK_STUCK",
    ...sql(
      "select pg_advisory_lock(hashtextextended('canonry.release.beds.2025-01', 0))",
      "select pg_advisory_unlock_all()",
    ),
    options: { bounds: { idleWithoutRunSeconds: 0 } },
    told: /^LOCK_STUCK release beds 2025-01: server process \d+ \(.* from .*\) holds it, idle for \d+ s, and no run is open$/,
  },
  {
    code: "RUN_STALE",
    ...sql(
      `update ops.run set status = 'running' where run_id = ${RUN}`,
      `update ops.run set status = 'loaded' where run_id = ${RUN}`,
    ),
    told: /^RUN_STALE \S+: beds 2025-0\d is called running since .*, and nobody holds it$/,
  },
  {
    code: "RUN_FOLDER",
    ...extra("tmp/manifests/20250101T000000-abc/draft.yaml"),
    told: /^RUN_FOLDER tmp\/manifests\/20250101T000000-abc: the ledger does not know its run$/,
  },
  {
    code: "UNFINISHED",
    plant: async () => {
      await home.write("data/exports/.a.parquet.other-1-ab.unfinished", "x");
      await utimes(join(home.path, "data/exports/.a.parquet.other-1-ab.unfinished"), 1, 1);
    },
    heal: () => home.remove("data/exports/.a.parquet.other-1-ab.unfinished"),
    told: /^UNFINISHED data\/exports\/\.a\.parquet\.other-1-ab\.unfinished: its writer is gone$/,
  },
  {
    code: "ARTIFACT_LOST",
    ...without(artifactPath(0)),
    told: /^ARTIFACT_LOST data\/acquire\/\S+: beds-2025-0\d.csv, of which came beds 2025-0\d vintage 1: it came from inbox\/beds/,
  },
  {
    code: "ARTIFACT_DAMAGED",
    ...edited(artifactPath(0), (text) => text.slice(0, 20)),
    told: /^ARTIFACT_DAMAGED data\/acquire\/\S+: beds-2025-0\d.csv has 20 bytes, the ledger \d+$/,
  },
  {
    code: "ARTIFACT_ORPHAN",
    ...extra(`data/acquire/ab/ab${"0".repeat(62)}`),
    told: /^ARTIFACT_ORPHAN data\/acquire\/ab\/ab0+: no row of the ledger knows it$/,
  },
  {
    code: "PURGED_BYTES",
    ...sql("update ops.artifact set purged_at = now()", "update ops.artifact set purged_at = null"),
    told: /^PURGED_BYTES data\/acquire\/\S+: bytes of what was purged/,
  },
  {
    code: "LEDGER_BEHIND",
    ...edited("data/state/state.json", (text) => text.replace(/("ledger_at": ")\d{4}/, "$12999")),
    told: /^LEDGER_BEHIND ops: data\/state\/state.json of 2999-.*, and the ledger was last written/,
  },
  {
    code: "STATE_BEHIND",
    ...without("data/state/state.json"),
    told: /^STATE_BEHIND data\/state\/state.json: it was missing$/,
  },
  ...["beds.parquet", "beds.md", "catalog.parquet", "datapackage.json"].flatMap((name) => {
    const path = `data/exports/${name}`;
    const told = (words: string): RegExp => new RegExp(`^EXPORT_BEHIND ${path}: .*(?:${words})`);
    const code: FindingCode = "EXPORT_BEHIND";
    return [
      { code, ...without(path), told: told("missing|not what the database says") },
      {
        code,
        // One byte in the middle: the size is what it was.
        ...edited(path, (text) => {
          const middle = text.length >> 1;
          const other = String.fromCharCode(text.charCodeAt(middle) ^ 1);
          return text.slice(0, middle) + other + text.slice(middle + 1);
        }),
        told: told("other bytes|not what the database says"),
      },
    ];
  }),
  {
    code: "EXPORT_BEHIND",
    ...sql(
      "update ops.export set content_key = 'x' || content_key where source = 'beds'",
      "update ops.export set content_key = substr(content_key, 2) where source = 'beds'",
    ),
    told: /^EXPORT_BEHIND data\/exports\/beds.parquet: the data changed$/,
  },
  {
    code: "EXPORT_ORPHAN",
    ...extra("data/exports/other.parquet"),
    told: /^EXPORT_ORPHAN data\/exports\/other.parquet: it is the export of no source$/,
  },
  {
    code: "STRAY",
    plant: () => home.write("data/exports/old/beds.parquet", "x"),
    heal: () => home.remove("data/exports/old"),
    told: /^STRAY data\/exports\/old: something among what stands in data\/exports\/$/,
  },
  {
    code: "MANIFEST_BEHIND",
    ...without(MANIFEST),
    told: /^MANIFEST_BEHIND manifests\/canonical\/beds\/beds_canonical.yaml: the file is missing$/,
  },
  {
    code: "MANIFEST_BEHIND",
    ...edited("manifests/canonical/beds/beds_history.md", (text) => `${text}\nx`),
    told: /^MANIFEST_BEHIND manifests\/canonical\/beds\/beds_history.md: it was not what/,
  },
  {
    code: "MANIFEST_EDITED",
    ...edited(MANIFEST, (text) => text.replace(/title: .*/, "title: Hospital beds")),
    told: /^MANIFEST_EDITED manifests\/canonical\/beds\/beds_canonical.yaml: a person changed version/,
  },
  {
    code: "MANIFEST_CONFLICT",
    ...edited(MANIFEST, () => "nonsense: 1\n"),
    told: /^MANIFEST_CONFLICT manifests\/canonical\/beds\/beds_canonical.yaml: MANIFEST_INVALID: /,
  },
  {
    code: "MANIFEST_ORPHAN",
    ...extra("manifests/canonical/other/other_canonical.yaml"),
    told: /^MANIFEST_ORPHAN manifests\/canonical\/other\/other_canonical.yaml: it is of no publication/,
  },
  {
    code: "LOG_ARCHIVE_DAMAGED",
    ...edited(ARCHIVE, (text) => text.slice(0, 120)),
    told: new RegExp(`^LOG_ARCHIVE_DAMAGED ${ARCHIVE}: .*unexpected end of file`),
  },
  {
    code: "LOG_ARCHIVE_DAMAGED",
    ...edited(ARCHIVE, () => ""),
    told: new RegExp(`^LOG_ARCHIVE_DAMAGED ${ARCHIVE}: it is empty$`),
  },
  {
    code: "BACKUP_NONE",
    ...without("data/backups"),
    told: /^BACKUP_NONE data\/backups: there is no backup of the 2 loads of the ledger$/,
  },
  {
    code: "BACKUP_FOREIGN",
    ...edited("data/backups/warehouse.json", () =>
      seal({ format: "canonry/store@1", warehouse: "of-another-home" }),
    ),
    told: /^BACKUP_FOREIGN data\/backups: the store is of the warehouse of-another-home, and this one is [0-9a-f-]{36}$/,
  },
  {
    code: "BACKUP_DAMAGED",
    ...without(part),
    told: new RegExp(
      `^BACKUP_DAMAGED data/backups/${backup}: of the \\d+ objects of the newest backup ${part} is missing$`,
    ),
  },
  {
    code: "BACKUP_DAMAGED",
    ...edited(part, (text) => text.slice(0, 20)),
    told: new RegExp(`^BACKUP_DAMAGED data/backups/${backup}: .* ${part} has 20 bytes, not \\d+$`),
  },
  {
    code: "BACKUP_DAMAGED",
    ...edited(`data/backups/${backup}/inventory.json`, (text) => text.slice(0, 99)),
    told: new RegExp(`^BACKUP_DAMAGED data/backups/${backup}: its inventory is cut or changed`),
  },
  {
    code: "PROOF_FAILED",
    plant: () => failedRestore("2999-01-31T00:00:00.000Z"),
    heal: () => home.remove(`data/backups/${backup}/receipts/29990131T000000-000Z.json`),
    told: new RegExp(
      `^PROOF_FAILED data/backups/${backup}: its last proof, of 2999-01-31, failed: rows differ$`,
    ),
  },
  {
    code: "RESTORE_UNPROVEN",
    ...without(`data/backups/${backup}/receipts`),
    told: /^RESTORE_UNPROVEN data\/backups: there is a backup, and no restore has proven one$/,
  },
  {
    code: "STORAGE_DOWN",
    plant: () => home.write("config/settings.yaml", AWAY),
    heal: () => home.remove("config/settings.yaml"),
    options: { bounds: { storageMs: 500 } },
    told: /^STORAGE_DOWN \.: STORAGE_UNAVAILABLE: /,
  },
  {
    code: "RELEASE_OVERDUE",
    ...edited("config/publications.yaml", (text) => `${text}    frequency: monthly\n`),
    told: /^RELEASE_OVERDUE beds: \d+ periods from 2025-03 to 20\S+, due on 2025-/,
  },
];

test("each planted fault is found, with the right words, and gone when it is healed", async () => {
  for (const { code, plant, heal, told, options } of faults()) {
    await plant();
    try {
      const seen = await doctorOf(home, options);
      expect(ailments(seen), code).toContainEqual(expect.stringMatching(told));
      const found = seen.findings.filter((one) => one.code === code);
      expect(found[0], code).toMatchObject({ result: FINDINGS[code].result });
      expect(found[0]?.todo?.length, code).toBeGreaterThan(10);
    } finally {
      await heal();
    }
  }
  await home.remove("data/stray");
  expect(ailments(await doctorOf(home))).toEqual([]);
}, 120_000);

describe("what needs another home, another database or another user", () => {
  test("an artifact that nothing gives again is told, with what came from it", async () => {
    const lost = without(artifactPath(0));
    await lost.plant();
    await rename(join(home.path, "inbox"), join(home.path, "elsewhere"));
    try {
      expect(ailments(await doctorOf(home))).toEqual([
        expect.stringMatching(
          /^ARTIFACT_GONE .*csv, of which came beds 2025-0\d vintage 1: nothing gives/,
        ),
      ]);
    } finally {
      await rename(join(home.path, "elsewhere"), join(home.path, "inbox"));
      await lost.heal();
    }
  });

  test("a database that is down: it is said, and the rest is looked at", async () => {
    await home.write("run.log", "x");
    const down = outsideOf(home, { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" });
    const seen = await examine(down);
    expect(ailments(seen)).toEqual([
      expect.stringMatching(/^STRAY run.log: /),
      expect.stringMatching(/^DATABASE_DOWN \.: DATABASE_UNAVAILABLE: /),
    ]);
    expect(seen.not_looked_for).toContain("EXPORT_BEHIND");
    await home.remove("run.log");
  });

  test("a storage that takes connections and says nothing is down, and nobody waits for it", async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket));
    await new Promise<void>((listening) => silent.listen(0, "127.0.0.1", listening));
    const address = silent.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const roles = ["inputs", "exports", "logs", "archive", "backups"];
    const lines = roles.map((role) => `    ${role}: { backend: s3 }\n`).join("");
    await home.write("config/settings.yaml", away(port) + lines);
    try {
      const seen = await doctorOf(home, { bounds: { storageMs: 500 } });
      expect(ailments(seen)).toEqual([
        expect.stringMatching(/^STORAGE_DOWN \.: STORAGE_UNAVAILABLE: /),
      ]);
      expect(seen.not_looked_for).toEqual(
        expect.arrayContaining(["ARTIFACT_LOST", "LOG_ARCHIVE_DAMAGED", "BACKUP_DAMAGED"]),
      );
      // All roles are in one bucket, which is asked once.
      expect(sockets.size).toBe(1);
    } finally {
      await home.remove("config/settings.yaml");
      for (const socket of sockets) socket.destroy();
      silent.close();
    }
  }, 30_000);

  test("no database, or an empty one: a new home, or one that lost it", async () => {
    const { PATH } = process.env;
    const none = { ...outsideOf(home), env: { PATH } };
    expect(ailments(await examine(none))).toEqual([
      expect.stringMatching(
        /^LEDGER_EMPTY data\/database: there is no database, and the home holds data\//,
      ),
    ]);
    const empty = new Home(home.path, await server.database());
    await (await worldOf(empty)).close();
    const seen = await examine(outsideOf(empty));
    expect(ailments(seen)).toContainEqual(
      expect.stringMatching(
        /^LEDGER_EMPTY ops: the ledger is empty, and the home holds 2 artifacts, 2 exports, data/,
      ),
    );
    // A database that is not the right one is no judge of what is strange.
    expect(seen.moves).toEqual([]);
    const fresh = await makeHome(CONFIG);
    expect(ailments(await examine({ ...outsideOf(fresh), env: { PATH } }))).toEqual([
      "DATABASE_NEW data/database: none was made yet",
    ]);
    await fresh.write("data/database/starting.lock", "4194303");
    expect(ailments(await examine({ ...outsideOf(fresh), env: { PATH } }))).toContainEqual(
      "SERVER_LOCK data/database/starting.lock: process 4194303, which took it, is gone",
    );
    await fresh.remove("");
  });

  test("a relative CANONRY_HOME", async () => {
    const { flags: _flags, ...outside } = outsideOf(home, { CANONRY_HOME: "." });
    expect(ailments(await examine({ ...outside, flags: {} }))).toEqual([
      'HOME_RELATIVE .: CANONRY_HOME is ".", which depends on the working directory',
    ]);
  });

  test("a place that the user may not write", async () => {
    const folder = join(home.path, "manifests");
    await chmod(folder, 0o555);
    try {
      const ids = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [MAIN, "--home", home.path, "doctor", "--json"],
        { ...ids, cwd: home.path, env: { DATABASE_URL: home.database ?? "" } },
      ).catch((error: unknown) => error as { stdout: string });
      const found = ailments(JSON.parse(stdout) as Parameters<typeof ailments>[0]);
      expect(found).toContain("PLACE_UNWRITABLE manifests: this user may not write there");
    } finally {
      await chmod(folder, 0o755);
    }
  });
});

describe("what cannot be planted on every machine, by its facts", () => {
  const observed: Observations = {
    home: {
      ...{ namedAs: null, entries: [], places: [], named: new Set<string>(), manifests: [] },
      ...{ git: { kind: "none" }, unwritable: [], unreachable: null, passwordMode: null },
      ...{ deadStarter: null, freeBytes: 2 ** 40, taken: new Set<string>(), unfinishedMoves: [] },
      ...{ unfinished: [], configProblem: null },
    },
    database: {
      ...{ kind: "open", version: 180_000, name: "PostgreSQL 18", sizeBytes: 0, skewMs: 0 },
      isLocal: true,
      ...{ roundTripMs: 0, pending: 0, unknown: 0 },
    },
    ledger: {
      ...{
        warehouse: "w",
        loads: 1,
        artifacts: [],
        stored: new Map<string, number>(),
        runs: [],
        runFolders: [],
      },
      ...{ locks: [], exportNames: new Set<string>(), exports: [], behind: [] },
    },
    projections: [],
    overdue: [],
    backups: {
      ...{ count: 1, foreignOwner: null, damaged: [], newest: { id: "b", objects: 3, lacks: [] } },
      ...{ lastProof: null, proven: { id: "b", at: "2025-01-31T00:00:00.000Z" } },
    },
    damagedArchives: [],
    elsewhere: { kind: "open", unfinished: [] },
    bounds: {
      ...{ freeBytes: 1, freeShare: 0.1, skewMs: 60_000 },
      ...{ idleWithRunSeconds: 21_600, idleWithoutRunSeconds: 600, provenDays: 35 },
      ...{ unfinishedMs: 86_400_000, storageMs: 1 },
    },
    today: "2025-01-31",
  };
  const told = (changed: Partial<Observations>): readonly string[] =>
    ailments(plan({ ...observed, ...changed }));

  test("nothing is found in what is right", () => {
    expect(told({})).toEqual([]);
  });

  test("what a write left in another storage", () => {
    expect(told({ elsewhere: { kind: "open", unfinished: ["lake/exports/a.parquet"] } })).toEqual([
      "UNFINISHED lake/exports/a.parquet: its writer is gone, or it is over a day old",
    ]);
  });

  test("a folder that the server's user may not enter; a server that is too old", () => {
    const unreachable = "the server runs as nobody, who may not enter /root";
    expect(told({ home: { ...observed.home, unreachable } })).toEqual([
      `PLACE_UNREACHABLE data/database: ${unreachable}`,
    ]);
    const { database } = observed;
    if (database.kind !== "open") throw new Error("it is open");
    expect(told({ database: { ...database, version: 130_012, name: "PostgreSQL 13.12" } })).toEqual(
      ["DATABASE_OLD ops: it is PostgreSQL 13.12"],
    );
    expect(told({ database: { ...database, sizeBytes: 2 ** 44 } })).toEqual([
      expect.stringMatching(/^DISK_LOW .* with a database of \d+ MiB at least \d+ MiB should be$/),
    ]);
    expect(told({ database: { ...database, isLocal: false, sizeBytes: 2 ** 44 } })).toEqual([]);
  });

  test("what a run that is at work has yet to write is a note", () => {
    const { ledger } = observed;
    if (ledger === null) throw new Error("it is there");
    const at = { publication: "beds", period: "2025-01", startedAt: "2025-01-31T00:00:00.000Z" };
    const lag = {
      code: "EXPORT_BEHIND",
      path: "data/exports/beds.parquet",
      reason: "old",
    } as const;
    const result = (held: boolean) =>
      plan({
        ...{ ...observed, projections: [lag] },
        ledger: { ...ledger, runs: [{ runId: "1", ...at, held }] },
      }).findings.find((one) => one.code === "EXPORT_BEHIND")?.result;
    expect([result(true), result(false)]).toEqual(["note", "wrong"]);
  });

  test("a damaged backup is a note behind a newer one that is whole", () => {
    const { backups } = observed;
    if (backups === null) throw new Error("it is there");
    const results = (changed: Partial<typeof backups>) =>
      plan({ ...observed, backups: { ...backups, ...changed } })
        .findings.filter((one) => one.code === "BACKUP_DAMAGED")
        .map((one) => `${one.result} ${one.where}`);
    expect(results({ damaged: ["a", "c"] })).toEqual([
      "note data/backups/a",
      "wrong data/backups/c",
    ]);
    const lacking = { id: "b", objects: 3, lacks: ["x is missing", "y is missing"] };
    expect(results({ damaged: ["a"], newest: lacking })).toEqual([
      "wrong data/backups/a",
      "wrong data/backups/b",
    ]);
  });

  test("a lock is stuck by how long its connection is idle, and whether a run is open", () => {
    const lock = {
      ...{ name: "release beds 2025-01", pid: 7, application: "canonry", client: "10.0.0.2" },
      ...{ state: "idle", idleSeconds: 3600, hasRun: true },
    };
    const stuck = (changed: Partial<typeof lock>): number => {
      const { ledger } = observed;
      return ledger === null
        ? 0
        : told({ ledger: { ...ledger, locks: [{ ...lock, ...changed }] } }).length;
    };
    expect(stuck({})).toBe(0);
    expect(stuck({ hasRun: false })).toBe(1);
    expect(stuck({ idleSeconds: 25_000 })).toBe(1);
    expect(stuck({ idleSeconds: 25_000, state: "active" })).toBe(0);
    expect(stuck({ idleSeconds: 60, hasRun: false })).toBe(0);
  });
});

/** Planted in tests of their own: here, and in test/machine/doctor-git.test.ts. */
const ELSEWHERE: readonly FindingCode[] = [
  ...(["HOME_RELATIVE", "PLACE_UNWRITABLE", "PLACE_UNREACHABLE", "DATABASE_DOWN"] as const),
  ...(["DATABASE_NEW", "DATABASE_OLD", "SERVER_LOCK", "LEDGER_EMPTY", "ARTIFACT_GONE"] as const),
  ...(["MANIFESTS_IGNORED", "DATA_TRACKED"] as const),
];

test("every code of the table has its planted fault", () => {
  const planted = new Set([...faults().map((one) => one.code), ...ELSEWHERE]);
  expect([...planted].toSorted()).toEqual(Object.keys(FINDINGS).toSorted());
});
