import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Home, MAIN, makeHome, PROJECT, type Ran } from "../support/home.ts";
import { rowsAt } from "../support/rows-at.ts";
import { disturbed } from "./crash-case.ts";

const CONFIG = "publications:\n  counts: {name: Counts, folder: inbox}\n";
const csv = (n: number): string =>
  `Code,Name,Number\n${Array.from({ length: 50 }, (_, at) => `${at + 100},Name ${at},${n + at}`).join("\n")}\n`;

describe("each release is worked by one", () => {
  let home: Home;
  let url: string;

  const asked = <Row extends object>(sql: string, ...values: unknown[]): Promise<Row[]> =>
    rowsAt<Row>(url, sql, values);
  /** Vintages with the first number of each, the current one marked. */
  const loads = async (): Promise<string[]> => {
    const rows = await asked<{ text: string }>(
      `select vintage || ': ' || min(b.number) || ' x ' || count(*) || case when is_current then ' current' else '' end as text
         from ops.load l join bronze.counts b on b._load_id = l.load_id
        group by vintage, is_current order by vintage`,
    );
    return rows.map((row) => row.text);
  };
  const endLockHolders = (): Promise<unknown> =>
    asked(
      `select pg_terminate_backend(pid, 5000) from pg_locks
        where locktype = 'advisory' and (classid::bigint << 32) | objid::bigint = hashtextextended($1, 0)`,
      "canonry.release.counts.2025-01",
    );

  beforeAll(async () => {
    home = await makeHome(CONFIG);
    url = await home.address();
  });
  afterAll(() => home.close());

  beforeEach(async () => {
    await asked("drop schema ops, bronze, silver cascade");
    for (const folder of [
      "data/acquire",
      "data/exports",
      "data/state",
      "manifests",
      "tmp",
      "inbox",
    ])
      await home.remove(folder);
    await home.write("inbox/counts-2025-01.csv", csv(1000));
  });

  /** Runs a backfill that stops itself (SIGSTOP) at an operation, and goes on when `meanwhile` is over. */
  const stoppedAt = async (fault: object, meanwhile: () => Promise<void>): Promise<Ran> => {
    const mark = join(home.path, "stopped");
    await home.remove("stopped");
    const env = {
      CANONRY_HOME: home.path,
      CANONRY_FAULT: JSON.stringify({ nth: 1, ...fault, stop: mark }),
    };
    const args = [
      "--import",
      join(PROJECT, "test/support/faults.mjs"),
      MAIN,
      "backfill",
      "--concurrency",
      "1",
    ];
    return home.spawn(args, env, async (child) => {
      for (let tries = 0; (await readFile(mark, "utf8").catch(() => null)) === null; tries++) {
        if (tries > 1200 || child.exitCode !== null) throw new Error("it never came there");
        await sleep(25);
      }
      try {
        await meanwhile();
      } finally {
        child.kill("SIGCONT");
      }
    });
  };

  test("16 processes, 50 runs of one release, re-issued halfway: one load each time", async () => {
    let started = 0;
    const codes = new Set<number | null>();
    const runner = async (): Promise<void> => {
      while (started < 50) {
        if (++started === 25) await home.write("inbox/counts-2025-01.csv", csv(2000));
        const ran = await home.run("backfill");
        codes.add(ran.code);
        expect([0, 8], ran.stdout + ran.stderr).toContain(ran.code);
      }
    };
    await Promise.all(Array.from({ length: 16 }, runner));
    expect((await home.run("backfill")).code).toBe(0);
    expect(await loads()).toEqual(["1: 1000 x 50", "2: 2000 x 50 current"]);
    expect(
      await asked(
        "select status, count(*)::int as n from ops.run where status <> 'unchanged' group by 1",
      ),
    ).toEqual([{ status: "loaded", n: 2 }]);
    expect(codes).toContain(0);
  }, 240_000);

  const MOMENTS = [
    ["before", "copy chunk"],
    ["after", "sql insert into ops.part"],
    ["before", "sql insert into ops.outcome"],
  ] as const;

  test.each(MOMENTS)("its lock is lost, %s %s: noticed before the commit", async (when, at) => {
    const ran = await stoppedAt({ at, when }, async () => void (await endLockHolders()));
    expect(ran.code, ran.stdout + ran.stderr).toBe(8);
    expect(ran.stdout).toContain("LOCK_LOST");
    expect(await loads().catch(() => [])).toEqual([]);
    expect((await home.run("backfill")).code).toBe(0);
    expect(await loads()).toEqual(["1: 1000 x 50 current"]);
  });

  test.each([
    ...MOMENTS,
    ["after", "sql insert into ops.run"],
    ["after", "sql select from pg_locks"],
  ] as const)(
    "stopped %s %s while another loads what is newer: it commits nothing when it goes on",
    async (when, at) => {
      const ran = await stoppedAt({ at, when }, async () => {
        await endLockHolders();
        await home.write("inbox/counts-2025-01.csv", csv(2000));
        const other = await home.run("backfill");
        expect(other.code, other.stdout + other.stderr).toBe(0);
      });
      expect([7, 8], ran.stdout + ran.stderr).toContain(ran.code);
      expect(await loads()).toEqual(["1: 2000 x 50 current"]);
      expect(await asked("select status from ops.release")).toEqual([{ status: "loaded" }]);
      expect(
        (await home.json<{ exit: number; releases: { status: string }[] }>("backfill")).releases[0]
          ?.status,
      ).toBe("unchanged");
    },
  );

  test("stopped with its lock, the other is told so; it goes on and loads", async () => {
    const ran = await stoppedAt({ at: "copy chunk", when: "before" }, async () => {
      const other = await home.run("backfill");
      expect([other.code, other.stdout]).toEqual([8, expect.stringContaining("LOCK_HELD")]);
    });
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    expect(await loads()).toEqual(["1: 1000 x 50 current"]);
  });

  test("stopped before it has the lock: what it saw of the release is not what it loads", async () => {
    const killed = await disturbed(home, {
      at: "sql insert into ops.link",
      nth: 1,
      when: "after",
      kill: "self",
    });
    expect(killed.signal).toBe("SIGKILL");
    const at = "sql select pg_try_advisory_lock";
    const ran = await stoppedAt({ at, when: "before" }, async () => {
      await home.write("inbox/counts-2025-01.csv", csv(2000));
      expect((await home.run("backfill")).code).toBe(0);
    });
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    expect(await loads()).toEqual(["1: 2000 x 50 current"]);
  });

  test("planted fault, the lock is skipped: caught, nothing is committed", async () => {
    const ran = await disturbed(home, { at: "sql select pg_try_advisory_lock", skip: true });
    expect([ran.code, ran.stdout], ran.stderr).toEqual([8, expect.stringContaining("LOCK_LOST")]);
    expect(await loads().catch(() => [])).toEqual([]);
  });
});
