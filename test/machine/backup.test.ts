import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { contentOf } from "../support/database-content.ts";
import { demoHome, type Home, makeHome, PROJECT } from "../support/home.ts";
import { rowsAt } from "../support/rows-at.ts";

const run = promisify(execFile);

interface DebianServer {
  readonly url: string;
  readonly bin: string;
  urlOf(name: string): string;
}

const { withDebianPostgres } = (await import(
  join(PROJECT, "bench/support/debian-postgres.mjs")
)) as { withDebianPostgres(work: (server: DebianServer) => Promise<void>): Promise<void> };

async function backupOf(home: Home): Promise<string> {
  const { code, stdout, stderr } = await home.run("backup", "create", "--json");
  expect(code, stderr).toBe(0);
  return (JSON.parse(stdout) as { readonly id: string }).id;
}

/** Rows and comments; servers of two versions print views, defaults and constraints each in their own way. */
async function rowsOf(url: string): Promise<unknown> {
  const { rows, comments } = await contentOf(url);
  return { rows, comments };
}

test("psql and gunzip alone restore a backup of the embedded server into Debian's, and into itself", async () => {
  const home = await demoHome();
  try {
    const url = (await home.run("db", "start")).stdout.trim();
    expect((await home.run("backfill")).code).toBe(0);
    const id = await backupOf(home);
    await withDebianPostgres(async ({ url: debian, bin }) => {
      const own = new URL(url);
      own.pathname = "/by_hand";
      await rowsAt(url, "create database by_hand");
      for (const target of [debian, own.href]) {
        await run(join(bin, "psql"), ["-q", "-f", `${id}/restore.sql`, target], {
          cwd: join(home.path, "data/backups"),
        });
        expect(await rowsOf(target)).toEqual(await rowsOf(url));
      }
      expect(await contentOf(own.href)).toEqual(await contentOf(url));
      const other = await makeHome("", debian);
      await other.remove("config");
      await run("sh", [join(home.path, "data/backups", id, "files.sh"), other.path]);
      // What was restored by hand is a warehouse like any other.
      const found = await other.json<{ differences: { kind: string }[] }>("verify", "--deep");
      const kinds = new Set(found.differences.map((one) => one.kind));
      expect(kinds).toEqual(new Set(["artifact_missing", "export_missing"]));
      expect((await other.run("export")).code).toBe(0);
      const [mine, theirs] = [
        await home.snapshot("data/exports"),
        await other.snapshot("data/exports"),
      ];
      expect(theirs).toEqual(mine);
      await other.remove(".");
    });
  } finally {
    await home.close();
  }
});

test("a backup of Debian's server is restored into the embedded one, and proven on both", async () => {
  await withDebianPostgres(async ({ url }) => {
    const demo = await demoHome();
    const home = Object.assign(demo, { database: url });
    const other = await makeHome("");
    await other.remove("config");
    try {
      expect((await home.run("backfill")).code).toBe(0);
      const id = await backupOf(home);
      expect((await home.run("backup", "verify", "--restore")).code).toBe(0);
      const moved = await other.spawn([
        ...[join(PROJECT, "dist/cli/main.js"), "--home", home.path],
        ...["backup", "restore", id, "--into-home", other.path],
      ]);
      expect(moved.code, moved.stderr).toBe(0);
      const embedded = (await other.run("db", "start")).stdout.trim();
      expect(await rowsOf(embedded)).toEqual(await rowsOf(url));
    } finally {
      await other.close();
      await home.remove(".");
    }
  });
});
