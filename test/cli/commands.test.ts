import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { BackfillReport } from "../../src/model/report.ts";
import { demoHome, type Home, MAIN, makeHome, PROJECT, type Ran } from "../support/home.ts";
import { rowsAt } from "../support/rows-at.ts";

const LOADS = "select count(*)::int as n from ops.load where is_current";
const homes: Home[] = [];
const keep = (home: Home): Home => {
  homes.push(home);
  return home;
};
afterEach(async () => {
  for (const home of homes.splice(0)) await home.close();
});

describe("db", () => {
  test("start prints an address that answers, twice the same; url too; stop ends it", async () => {
    const home = keep(await makeHome("publications: {}\n"));
    const first = await home.run("db", "start");
    expect(first.code, first.stderr).toBe(0);
    const url = first.stdout.trim();
    expect(await home.address()).toBe(url);
    expect((await home.run("db", "url")).stdout.trim()).toBe(url);
    const schemas = await rowsAt<{ nspname: string }>(
      url,
      "select nspname from pg_namespace where nspname in ('ops', 'bronze', 'silver') order by 1",
    );
    expect(schemas.map((one) => one.nspname)).toEqual(["bronze", "ops", "silver"]);
    expect((await home.run("db", "stop")).code).toBe(0);
    await expect(rowsAt(url, "select 1")).rejects.toThrow();
  });

  test("a backfill that started the server takes it down again", async () => {
    const home = keep(await demoHome());
    expect((await home.run("backfill", "--pub", "ambulance_calls")).code).toBe(0);
    const stopped = await home.run("db", "stop");
    expect(stopped.stderr).toContain("not running");
  });
});

test("commands that begin while others end find a server, or start it again", async () => {
  const home = keep(await makeHome("publications: {}\n"));
  const begun = Array.from({ length: 12 }, async (_none, at) => {
    await setTimeout(at * 250);
    return home.run("catalog", "--json");
  });
  for (const ran of await Promise.all(begun)) expect(ran, ran.stderr).toMatchObject({ code: 0 });
  expect((await home.run("db", "stop")).stderr).toContain("not running");
});

test("an external Postgres, named by DATABASE_URL or the flag, is used, and no server of our own is started", async () => {
  const host = keep(await makeHome("publications: {}\n"));
  const own = await host.address();
  await rowsAt(own, "create database elsewhere");
  const url = own.replace(/\/[^/?]*(\?|$)/, "/elsewhere$1");
  const home = keep(await demoHome());
  const ran = await home.run("--database-url", url, "backfill", "--pub", "ambulance_calls");
  expect(ran.code, ran.stderr).toBe(0);
  const again = await home.spawn([MAIN, "--home", home.path, "backfill", "--json"], {
    DATABASE_URL: url,
  });
  const report = JSON.parse(again.stdout) as BackfillReport;
  const seen = report.releases.filter((one) => one.publication === "ambulance_calls");
  expect(new Set(seen.map((one) => one.status))).toEqual(new Set(["unchanged"]));
  const [counted] = await rowsAt<{ n: number }>(
    url,
    "select count(*)::int as n from silver.ambulance_calls",
  );
  expect(counted?.n).toBe(1060);
  expect(Object.keys(await home.snapshot("data")).filter((path) => path.includes("pg"))).toEqual(
    [],
  );
});

/** Starts a backfill and sends it a signal once its event log says so. */
function interrupted(home: Home, signal: NodeJS.Signals, event: string): Promise<Ran> {
  return home.spawn([MAIN, "--home", home.path, "backfill"], {}, async (child) => {
    while (child.exitCode === null) {
      const logs = Object.values(await home.snapshot("data/logs/events"));
      if (logs.some((hex) => Buffer.from(hex, "hex").includes(event))) {
        child.kill(signal);
        return;
      }
      await setTimeout(5);
    }
  });
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s finishes cleanly with 130, and the next run does the rest",
  async (signal) => {
    const home = keep(await demoHome());
    const url = await home.address();
    const ran = await interrupted(home, signal, '"release.finished"');
    expect(ran.code, ran.stdout + ran.stderr).toBe(130);
    expect(ran.stdout).toContain("interrupted");
    const [some] = await rowsAt<{ n: number }>(url, LOADS);
    expect(some?.n).toBeGreaterThan(0);
    expect(some?.n).toBeLessThan(21);
    const rest = await home.run("backfill");
    expect(rest.code, rest.stderr).toBe(0);
    const [all] = await rowsAt<{ n: number }>(url, LOADS);
    expect(all?.n).toBe(21);
    expect(await home.snapshot("tmp")).toEqual({});
  },
);

test("--version is that of the package", async () => {
  const home = keep(await makeHome("publications: {}\n"));
  const { version } = JSON.parse(await readFile(join(PROJECT, "package.json"), "utf8")) as {
    version: string;
  };
  expect(await home.run("--version")).toMatchObject({ code: 0, stdout: `${version}\n` });
});
