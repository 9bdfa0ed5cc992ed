import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { type Home, makeHome } from "../support/home.ts";
import { rowsAt } from "../support/rows-at.ts";

const run = promisify(execFile);
const CONFIG = "publications:\n  counts: {name: Counts, folder: inbox}\n";
const ROWS = 300_000;

const csv = (first: number, rows: number): string =>
  `Code,Name,Number\n${Array.from({ length: rows }, (_, at) => `${String(at).padStart(6, "0")},Name ${at},${first + at}`).join("\n")}\n`;

/** Puts a folder of a stopped server on a small disk of its own; gives what undoes it. */
async function onSmallDisk(folder: string, megabytes: number): Promise<() => Promise<void>> {
  const aside = await mkdtemp(join(tmpdir(), "canonry-aside-"));
  await cp(folder, aside, { recursive: true });
  await run("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder]);
  await run("cp", ["-a", `${aside}/.`, folder]);
  await run("chown", ["-R", "--reference", join(folder, ".."), folder]);
  await run("chmod", ["700", folder]);
  await rm(aside, { recursive: true });
  return () => run("umount", ["-l", folder]).then(() => undefined);
}

async function counts(home: Home): Promise<unknown> {
  try {
    const rows = await rowsAt(
      await home.address(),
      `select (select count(*)::int from bronze.counts) as rows,
              (select count(*)::int from ops.load) as loads,
              (select count(*)::int from ops.run where status = 'running') as running`,
    );
    return rows[0];
  } finally {
    await home.run("db", "stop");
  }
}

test.each([
  ["the rows", "base", 40],
  ["the log", "pg_wal", 34],
])(
  "no space for %s of the database: exit 7, nothing half-loaded; with space again all is well",
  async (_what, name, megabytes) => {
    const home = await makeHome(CONFIG);
    let undo: (() => Promise<void>) | null = null;
    try {
      await home.write("inbox/counts-2025-01.csv", csv(0, 100));
      expect((await home.run("backfill")).code).toBe(0);
      const folder = join(home.path, "data/database/data", name);
      undo = await onSmallDisk(folder, megabytes);
      await home.write("inbox/counts-2025-02.csv", csv(1, ROWS));
      await home.write("inbox/counts-2025-03.csv", csv(2, ROWS));
      await home.write("inbox/counts-2025-04.csv", csv(3, ROWS));
      const ran = await home.run("backfill");
      expect(ran.code, ran.stdout + ran.stderr).toBe(7);
      expect(ran.stdout + ran.stderr).toMatch(/STORAGE_FULL|DATABASE_LOST|DATABASE_UNAVAILABLE/);
      await run("mount", ["-o", "remount,size=1g", folder]);
      const again = await home.run("backfill");
      expect(again.code, again.stdout + again.stderr).toBe(0);
      expect(await counts(home)).toEqual({ rows: 3 * ROWS + 100, loads: 4, running: 0 });
    } finally {
      await home.run("db", "stop");
      await undo?.();
      await home.close();
    }
  },
);
