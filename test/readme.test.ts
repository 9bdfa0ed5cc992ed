import { execFile } from "node:child_process";
import { chmod, cp, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PROJECT } from "./support/home.ts";
import { closeServers } from "./support/serve.ts";
import { html, site } from "./support/site.ts";

/** Commands that install or run these very tests: what CI runs, as `.ci/run` says. */
const BY_CI = ["npm ci", "npm cit"];
/** Commands for a home of one's own, run in an empty folder with the command on the path. */
const IN_EMPTY_FOLDER = [
  "canonry init",
  "canonry add https://example.org/statistics/waits --write",
];

const readme = await readFile(join(PROJECT, "README.md"), "utf8");
const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = ""]) =>
  block
    .split("\n")
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== ""),
);

let clone: string;

beforeAll(async () => {
  clone = await mkdtemp(join(tmpdir(), "canonry-readme-"));
  await chmod(clone, 0o755);
  const left = new Set([".git", "node_modules", "data", "manifests", "tmp"]);
  await cp(PROJECT, clone, {
    recursive: true,
    filter: (path) => path === PROJECT || !left.has(basename(path)) || path.includes("/src/"),
  });
  await symlink(join(PROJECT, "node_modules"), join(clone, "node_modules"));
});

afterAll(async () => {
  await sh("node dist/cli/main.js --home examples/demo db stop").catch(() => undefined);
  await rm(clone, { recursive: true, force: true });
});

async function sh(command: string, cwd = clone, more: NodeJS.ProcessEnv = {}): Promise<string> {
  const { DATABASE_URL: _url, CANONRY_HOME: _home, ...env } = process.env;
  const { stdout } = await promisify(execFile)("sh", ["-c", command], {
    cwd,
    env: { ...env, NO_COLOR: "1", ...more },
  });
  return stdout;
}

/** Times differ from run to run, and so does the place of the clone. */
const steady = (text: string): string =>
  text
    .replaceAll(`${clone}/`, "")
    .replace(/in [\d.]+ m?s\./g, "in … s.")
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => !line.startsWith(">"))
    .join("\n")
    .trim();

test("the README has commands", () => {
  expect(commands.length).toBeGreaterThan(5);
});

test("npm start prints what the README shows", async () => {
  const shown =
    /<!-- output:start -->\n```\n([\s\S]*?)\n```\n<!-- output:end -->/.exec(readme)?.[1] ?? "";
  expect(steady(await sh("npm start"))).toBe(steady(shown));
  expect(await sh("npm start")).toContain("Nothing to do: 14 releases are as they were.");
});

for (const command of commands.filter((one) => one.includes("npx canonry"))) {
  test(command, async () => {
    expect((await sh(command)).trim()).not.toBe("");
  });
}

test("the README shows the scores that were measured last", async () => {
  const scores: unknown = JSON.parse(await readFile(join(PROJECT, "bench/scores.json"), "utf8"));
  const { scoreTable } = (await import(join(PROJECT, "scripts/score-table.mjs"))) as {
    scoreTable: (of: unknown) => string;
  };
  expect(readme).toContain(`<!-- scores:start -->\n${scoreTable(scores)}\n<!-- scores:end -->`);
});

test("every other command of the README is one that CI runs, or is run here", async () => {
  const others = commands.filter((one) => !one.includes("npx canonry") && one !== "npm start");
  expect(new Set(others)).toEqual(new Set([...BY_CI, ...IN_EMPTY_FOLDER]));
  const ci = await readFile(join(PROJECT, ".ci/run"), "utf8");
  expect(ci).toContain("npm cit");
  expect(ci).toContain("npm run test:machine");
});

test("canonry add writes what the README says, and a backfill accepts it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "canonry-add-"));
  await chmod(folder, 0o755);
  const page = '<a href="/f/waits-2025-11.csv">Waits, November 2025</a>';
  const { base } = await site({
    "/statistics/waits": html("Waits", page),
    "/f/waits-2025-11.csv": { body: "Hospital,Waiting\nNorth,5\nSouth,6\n" },
  });
  const canonry = `node ${join(clone, "dist/cli/main.js")}`;
  const command = (IN_EMPTY_FOLDER[1] ?? "").replace("canonry", canonry);
  const loopback = { CANONRY_FETCH_ALLOW_PRIVATE: "true" };
  try {
    await sh(`${canonry} init`, folder);
    await sh(command.replace("https://example.org", base), folder, loopback);
    const yaml = await readFile(join(folder, "config/publications.yaml"), "utf8");
    expect(yaml).toContain(`    landing_page: ${base}/statistics/waits\n`);
    expect(yaml).toContain("    url: discover\n");
    const done = await sh(`${canonry} backfill --pub waits`, folder, loopback);
    expect(done).toMatch(/waits +2025-11 +loaded/);
  } finally {
    await sh(`${canonry} db stop`, folder).catch(() => undefined);
    await closeServers();
    await rm(folder, { recursive: true, force: true });
  }
});

test("canonry init makes a home that a backfill accepts, from the README's example", async () => {
  const folder = await mkdtemp(join(tmpdir(), "canonry-init-"));
  await chmod(folder, 0o755);
  const canonry = `node ${join(clone, "dist/cli/main.js")}`;
  try {
    await sh(`${canonry} init`, folder);
    expect(await sh(`${canonry} config`, folder)).toContain("publications.example.folder");
    const yaml = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
    await sh(
      "mkdir inbox && printf 'Hospital,Bed days\\nNorth,5\\nSouth,6\\n' > inbox/bed_days_November_2025.csv",
      folder,
    );
    const { writeFile } = await import("node:fs/promises");
    await writeFile(
      join(folder, "config/publications.yaml"),
      yaml.replace("/path/to/the/files", "inbox"),
    );
    expect(await sh(`${canonry} backfill`, folder)).toContain("2025-11");
    expect(await sh(`${canonry} status --json`, folder)).toContain('"rows_data": 2');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
