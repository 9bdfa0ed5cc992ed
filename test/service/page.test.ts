import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Home, MAIN, makeHome, PROJECT } from "../support/home.ts";
import { Serving, until } from "../support/service.ts";

const page = await readFile(join(PROJECT, "docs/service.md"), "utf8");
/** The text of the only block of a language. */
const block = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? "";

/** The path that the page shows, for the command that is built here. */
const INSTALLED = "/usr/local/bin/canonry";

interface Ran {
  readonly code: number | null;
  readonly output: string;
}

async function run(command: string, args: readonly string[]): Promise<Ran | null> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, [...args]);
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const failed = error as { code: number | string; stdout: string; stderr: string };
    if (failed.code === "ENOENT") return null;
    return { code: Number(failed.code), output: failed.stdout + failed.stderr };
  }
}

describe("docs/service.md", () => {
  let home: Home;
  beforeAll(async () => {
    home = await makeHome("publications:\n  counts: {name: Counts, folder: inbox}\n");
    await home.write("inbox/counts-2025-01.csv", "Code,Name,Number\nA1,One,1\nB2,Two,2\n");
    await home.write("config/settings.yaml", "service: {port: 0}\n");
  });
  afterAll(() => home.close());

  test("the unit is one that systemd reads without a word, with a command that there is", async () => {
    const unit = block("ini");
    const [, command = ""] = /^ExecStart=\S+ (.*)$/m.exec(unit) ?? [];
    expect(unit).toContain(`ExecStart=${INSTALLED} `);
    expect(await run(process.execPath, [MAIN, ...command.split(" "), "--help"])).toMatchObject({
      code: 0,
      output: expect.stringContaining("run the schedule") as unknown,
    });
    const verify = async (text: string): Promise<Ran | null> => {
      await home.write("canonry.service", text.replaceAll(INSTALLED, MAIN));
      return run("systemd-analyze", ["verify", join(home.path, "canonry.service")]);
    };
    const verified = await verify(unit);
    expect(verified ?? { code: 0, output: "" }).toEqual({ code: 0, output: "" });
    if (verified !== null)
      expect((await verify(unit.replace("mixed", "mixd")))?.output).toContain("kill mode");
    const limits = /^TimeoutStopSec=(\d+)$/m.exec(unit);
    expect(Number(limits?.[1])).toBeGreaterThan(60);
  });

  test("the line for cron does what is due, and then says nothing", async () => {
    const command = /^\*\/10 \* \* \* \* (CANONRY_HOME=.*)$/m.exec(page)?.[1] ?? "";
    const here = command
      .replace("/srv/canonry", home.path)
      .replace(INSTALLED, `${process.execPath} ${MAIN}`);
    const first = await run("sh", ["-c", here]);
    expect(first?.code).toBe(0);
    expect(first?.output).toContain('"detail":"1 loaded"');
    expect(await run("sh", ["-c", here])).toEqual({ code: 0, output: "" });
  });

  test("a job that somebody asks for is recorded with who it was; one that there is not is told", async () => {
    const asked = await home.run("schedule", "run", "backfill:counts");
    expect(asked.code, asked.stderr).toBe(0);
    expect(asked.stderr).toContain('"detail":"1 unchanged"');
    const unknown = await home.run("schedule", "run", "backup:counts");
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("JOB_UNKNOWN")]);
    const list = (await home.run("schedule", "list")).stdout.split("\n");
    expect(list.find((line) => line.startsWith("backfill:counts"))).toMatch(/well .* 1 unchanged$/);
  });

  test("the health that it shows has the keys of the real one, and a port that is taken is told", async () => {
    const serving = Serving.start(home);
    try {
      const address = String((await serving.seen("service.started"))["detail"]);
      const body = await until("the database answers", async () => {
        const health = (await (await fetch(address)).json()) as Health;
        return health.jobs.length === 0 ? null : health;
      });
      const shown = JSON.parse(block("json")) as Health;
      expect(Object.keys(body)).toEqual(Object.keys(shown));
      expect(Object.keys(body.jobs[0] ?? {})).toEqual(Object.keys(shown.jobs[0] ?? {}));
      expect(Object.keys(body.jobs[0]?.last ?? {})).toEqual(Object.keys(shown.jobs[0]?.last ?? {}));
      const port = new URL(address).port;
      const second = await home.spawn([MAIN, "--home", home.path, "serve"], {
        CANONRY_SERVICE_PORT: port,
      });
      expect([second.code, second.stderr]).toEqual([2, expect.stringContaining("EADDRINUSE")]);
    } finally {
      expect(await serving.stop()).toBe(0);
    }
  });
});

interface Health {
  readonly jobs: readonly { readonly last: object | null }[];
}
