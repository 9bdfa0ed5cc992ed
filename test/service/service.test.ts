import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { JobLine } from "../../src/inquiry/schedule.ts";
import type { JobRun } from "../../src/model/period/schedule.ts";
import { type Home, makeHome } from "../support/home.ts";
import { rowsAt } from "../support/rows-at.ts";
import { Serving, until } from "../support/service.ts";

const PUBLICATIONS = "publications:\n  counts: {name: Counts, folder: inbox}\n";

/** Every second in place of every night. */
const SHORT = {
  verify: "* * * * * *",
  ...{ verify_deep: "off", cleanup: "off", backup: "off", backup_proof: "off" },
};

const settingsOf = (schedule: object, service: object = {}): string =>
  JSON.stringify({
    schedule: { ...SHORT, backfill: "off", tick_seconds: 1, ...schedule },
    service: { port: 0, grace_seconds: 20, ...service },
  });

describe("canonry serve", () => {
  let home: Home;
  let url: string;
  const started: Serving[] = [];

  const serve = (fault: object | null = null): Serving => {
    const one = Serving.start(home, fault);
    started.push(one);
    return one;
  };
  const asked = <Row extends object>(sql: string): Promise<Row[]> => rowsAt<Row>(url, sql);
  const runs = (): Promise<JobRun[]> =>
    asked<JobRun>(
      `select job, attempt, status, by, code, detail, to_char(due_at at time zone 'UTC', 'HH24:MI:SS') as due_at
         from ops.job_run order by job_run_id`,
    );
  const done = async (least: number): Promise<JobRun[]> =>
    until(`${least} runs are done`, async () => {
      const found = (await runs()).filter((one) => one.status === "succeeded");
      return found.length < least ? null : found;
    });

  beforeAll(async () => {
    home = await makeHome(PUBLICATIONS);
    url = (await home.run("db", "start")).stdout.trim();
  });
  afterAll(() => home.close());

  beforeEach(async () => {
    await asked("truncate ops.job_run");
    await home.write("config/settings.yaml", settingsOf({}));
  });
  afterEach(async () => {
    for (const one of started.splice(0)) {
      one.child.kill("SIGCONT");
      await one.stop("SIGKILL");
    }
  });

  test("three on one database do each due instant once, and end when they are told to", async () => {
    const three = [serve(), serve(), serve()];
    await done(3);
    expect(await Promise.all(three.map((one) => one.stop()))).toEqual([0, 0, 0]);
    const found = await runs();
    expect(new Set(found.map((one) => one.due_at)).size).toBe(found.length);
    for (const one of found) expect(one).toMatchObject({ attempt: 1, by: "service" });
    for (const one of three) expect(one.lines.at(-1)?.event).toBe("service.stopped");
    const left = await asked(
      `select application_name from pg_stat_activity
        where application_name like 'canonry%' and pid <> pg_backend_pid()`,
    );
    expect(left).toEqual([]);
  });

  test("planted fault, the lock is skipped: the record itself admits each attempt once", async () => {
    const fault = { at: "sql select pg_try_advisory_lock", skip: true };
    const two = [serve(fault), serve(fault)];
    await done(3);
    for (const one of two) await one.stop("SIGKILL");
    const found = (await runs()).map(({ due_at, attempt }) => `${due_at ?? ""} ${attempt}`);
    expect(new Set(found).size).toBe(found.length);
  });

  test("killed in a job: another notices, and tries again", async () => {
    const victim = serve({
      at: "sql insert into ops.job_run",
      nth: 1,
      when: "after",
      kill: "self",
    });
    expect(await victim.ended).toBeNull();
    expect(await runs()).toMatchObject([{ status: "running", attempt: 1 }]);
    await home.write("config/settings.yaml", settingsOf({ verify: "0 0 1 1 *" }));
    await asked("update ops.job_run set due_at = date_trunc('year', now())");
    const other = serve();
    await other.seen("job.finished", { status: "succeeded" });
    expect((await runs()).map(({ attempt, status }) => `${attempt} ${status}`)).toEqual([
      "1 interrupted",
      "2 succeeded",
    ]);
  });

  test("asleep for longer than the schedule: one catch-up", async () => {
    const one = serve();
    await done(1);
    one.child.kill("SIGSTOP");
    const before = (await runs()).length;
    // Three instants and more pass by.
    await sleep(3_500);
    one.child.kill("SIGCONT");
    const after = await until("it went on", async () => {
      const found = await runs();
      return found.length > before ? found : null;
    });
    const [last, next] = [after[before - 1], after[before]];
    expect(secondsBetween(last, next)).toBeGreaterThanOrEqual(3);
  });

  test("told to stop in the middle of a load: what commits may finish, and the next one goes on", async () => {
    await home.write("inbox/counts-2025-01.csv", csv(1000));
    const settings = settingsOf({ verify: "off", backfill: "0 0 1 1 *" });
    await home.write("config/settings.yaml", settings);
    const mark = join(home.path, "stopped");
    const one = serve({ at: "copy chunk", nth: 1, when: "before", stop: mark });
    await until("it loads", () => readFile(mark, "utf8").catch(() => null));
    one.child.kill("SIGTERM");
    one.child.kill("SIGCONT");
    expect(await one.ended).toBe(0);
    const [run] = await runs();
    expect(["succeeded", "interrupted"]).toContain(run?.status);
    const other = serve();
    if (run?.status === "interrupted") await other.seen("job.finished", { status: "succeeded" });
    expect(await asked("select count(*)::int as n from bronze.counts")).toEqual([{ n: 50 }]);
    expect((await home.run("verify")).code).toBe(0);
  });

  test("told to stop while a statement waits for ever: it is cut off, and undone", async () => {
    await home.write("inbox/counts-2025-02.csv", csv(2000));
    const settings = settingsOf({ verify: "off", backfill: "0 0 1 1 *" }, { grace_seconds: 0 });
    await home.write("config/settings.yaml", settings);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query("begin; lock table ops.load in access exclusive mode");
      const one = serve();
      await until("it waits", async () => {
        const [found] = await asked<{ n: number }>(
          "select count(*)::int as n from pg_locks where not granted",
        );
        return found?.n === 0 ? null : found;
      });
      expect(await one.stop()).toBe(0);
      expect(await runs()).toMatchObject([{ status: "interrupted" }]);
    } finally {
      await client.end();
    }
    const other = serve();
    await other.seen("job.finished", { status: "succeeded" });
    expect(await asked("select count(*)::int as n from bronze.counts")).toEqual([{ n: 100 }]);
  });

  test("its server goes away: it is started again", async () => {
    const one = serve();
    await done(1);
    expect((await home.run("db", "stop")).code).toBe(0);
    const before = one.lines.length;
    await until("a job after that", () => {
      const later = one.lines.slice(before).filter((line) => line.event === "job.finished");
      return later.some((line) => line["status"] === "succeeded") || null;
    });
    expect(await one.stop()).toBe(0);
    const url2 = await home.run("db", "url");
    expect([url2.code, url2.stderr]).toEqual([7, expect.stringContaining("not running")]);
    await home.run("db", "start");
  });

  test("health: 200 while all is well, 503 with what is wrong; an edited configuration is taken up", async () => {
    const one = serve();
    const health = await one.health();
    const get = async (path = ""): Promise<[number, Record<string, unknown>]> => {
      const answer = await fetch(health.replace("/health", path || "/health"));
      return [answer.status, (await answer.json()) as Record<string, unknown>];
    };
    const comesTo = (status: number, wrong: string): Promise<unknown> =>
      until(`${status} ${wrong}`, async () => {
        const [found, body] = await get();
        const words = (body["wrong"] as readonly string[]).join(", ");
        return found === status && words.includes(wrong) ? body : null;
      });
    await done(1);
    await comesTo(200, "");
    expect(await get("/ready")).toEqual([200, { ready: true }]);
    expect((await get("/secrets"))[0]).toBe(404);
    expect((await fetch(health, { method: "POST", body: "x" })).status).toBe(405);

    await home.write("config/settings.yaml", "schedule: {verify: nonsense}");
    await comesTo(503, "configuration CONFIG_INVALID");
    await home.write("config/settings.yaml", settingsOf({ verify: "off", backfill: "0 0 1 1 *" }));
    await home.write("config/publications.yaml", `${PUBLICATIONS}  more: {name: M, folder: no}\n`);
    await comesTo(503, "backfill:more failed");
    const text = JSON.stringify((await get())[1]);
    expect(text).toContain('"status":"failed"');
    expect(text).not.toContain(home.path);
    const listed = await home.json<JobLine[]>("schedule", "list");
    const line = listed.find(({ job }) => job === "backfill:more");
    expect(line).toMatchObject({ state: "failed", last: { status: "failed" } });
    expect((await home.run("status")).stderr).toContain("Job backfill:more failed");
  });
});

const csv = (n: number): string =>
  `Code,Name,Number\n${Array.from({ length: 50 }, (_, at) => `${at + 100},Name ${at},${n + at}`).join("\n")}\n`;

function secondsBetween(from: JobRun | undefined, to: JobRun | undefined): number {
  const [a, b] = [from, to].map((one) => Date.parse(`2025-01-01T${one?.due_at ?? ""}Z`));
  return ((b ?? 0) - (a ?? 0)) / 1000;
}
