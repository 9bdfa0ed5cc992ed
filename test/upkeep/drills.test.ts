import { cp, mkdtemp, readFile, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderExamination } from "../../src/cli/render-doctor.ts";
import { type Difference, verify } from "../../src/inquiry/verify/index.ts";
import { backfillOf, doctorOf } from "../support/doctor.ts";
import { Home, makeHome, PROJECT } from "../support/home.ts";
import { rowsAt } from "../support/rows-at.ts";
import { SeriesServer } from "../support/series.ts";
import { worldOf } from "../support/world.ts";

interface Drill {
  readonly title: string;
  /** Lines of the first and of the last block of what is seen. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly commands: readonly string[];
}

/** The pages of docs/recovery.md. */
async function drillsOf(): Promise<ReadonlyMap<string, Drill>> {
  const text = await readFile(join(PROJECT, "docs/recovery.md"), "utf8");
  const drills = text
    .split(/^## /m)
    .slice(1)
    .map((page): Drill => {
      const blocks = (kind: string): readonly (readonly string[])[] =>
        [...page.matchAll(new RegExp(`\`\`\`${kind}\n([\\s\\S]*?)\n\`\`\``, "g"))].map(
          ([, block = ""]) => block.split("\n"),
        );
      const seen = blocks("text");
      return {
        title: page.split("\n")[0] ?? "",
        before: seen[0] ?? [],
        after: seen[1] ?? [],
        commands: blocks("sh").flat(),
      };
    });
  return new Map(drills.map((drill) => [drill.title, drill]));
}

/** A line of the page, with anything in place of each `…`. */
const pattern = (line: string): RegExp =>
  new RegExp(
    line
      .split("…")
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*"),
  );

/** Of which nothing more is expected than what comes here. */
const CONFIG = `publications:
  beds:
    name: Beds
    folder: inbox
    periods: { from: 2025-01, to: 2025-03 }
`;

const csv = (figure: number, more: readonly string[] = []): string =>
  [
    ["Trust", "Beds", ...more].join(","),
    ...Array.from({ length: 8 }, (_none, at) =>
      [`Trust ${at}`, figure + at, ...more.map(() => at)].join(","),
    ),
    "",
  ].join("\n");

let server: SeriesServer;
let base: Home;
/** The database as it was before the last month came. */
let yesterday: string;
let drills: ReadonlyMap<string, Drill>;

beforeAll(async () => {
  drills = await drillsOf();
  server = await SeriesServer.start();
  base = await makeHome(CONFIG, await server.database());
  await base.write("inbox/beds-2025-01.csv", csv(10));
  await base.write("inbox/beds-2025-02.csv", csv(20));
  expect((await backfillOf(base)).exit).toBe(0);
  await base.write("inbox/beds-2025-01.csv", csv(11));
  expect((await backfillOf(base)).exit).toBe(0);
  yesterday = await server.database(base.database);
  await base.write("inbox/beds-2025-03.csv", csv(30, ["Closed"]));
  expect((await backfillOf(base)).exit).toBe(0);
  for (const words of ["backup create", "backup verify --restore"]) {
    const ran = await base.run(...words.split(" "));
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  }
});
afterAll(async () => {
  await base.remove("");
  await server.close();
});

/** A copy of the home, with a copy of a database of its own. */
async function copyOf(database: string | null): Promise<Home> {
  const path = await mkdtemp(join(tmpdir(), "canonry-drill-"));
  await cp(base.path, path, { recursive: true, preserveTimestamps: true });
  return new Home(path, await server.database(database));
}

async function newestBackup(home: Home): Promise<string> {
  const [newest] = (await home.json<{ id: string }[]>("backup", "list")).toReversed();
  return newest?.id ?? "";
}

const PROJECTIONS = ["data/exports", "data/state", "manifests"] as const;

interface Lost {
  /** Copied for the drill; null: an empty one, with the ledger's tables. */
  readonly database?: () => string | null;
  /** What goes wrong. */
  readonly lose: (home: Home) => Promise<unknown>;
  /** Which files are byte for byte as before when it is over. */
  readonly same?: readonly string[];
}

const LOSSES: Readonly<Record<string, Lost>> = {
  "state.json is lost or damaged": {
    lose: (home) => truncate(join(home.path, "data/state/state.json"), 100),
    same: PROJECTIONS,
  },
  "Canonical manifests are lost": {
    lose: (home) => home.remove("manifests"),
    same: PROJECTIONS,
  },
  "Exports or the catalogue are lost, edited or old": {
    lose: async (home) => {
      for (const name of ["beds.parquet", "catalog.parquet", "datapackage.json"])
        await home.remove(`data/exports/${name}`);
      await home.write("data/exports/beds.md", "edited");
    },
    same: PROJECTIONS,
  },
  "All projections are lost together": {
    lose: async (home) => {
      for (const folder of PROJECTIONS) await home.remove(folder);
    },
    same: PROJECTIONS,
  },
  "Artifacts are lost": {
    lose: (home) => home.remove("data/acquire"),
    same: PROJECTIONS,
  },
  "data/ is lost, and the database is elsewhere": {
    lose: (home) => home.remove("data"),
    same: PROJECTIONS,
  },
  "The database was restored to an earlier day": {
    database: () => yesterday,
    lose: () => Promise.resolve(),
    same: ["data/exports"],
  },
  "The database is lost, and there is a backup": {
    database: () => null,
    lose: async (home) => (await worldOf(home)).close(),
    same: PROJECTIONS,
  },
  "The database is lost, and there is no backup": {
    database: () => null,
    lose: async (home) => {
      await home.remove("data/backups");
      await (await worldOf(home)).close();
    },
  },
  "Bytes of what was purged are back": {
    lose: async (home) => {
      const kept = join(home.path, ".kept");
      await cp(join(home.path, "data/acquire"), kept, { recursive: true });
      const why = ["--reason", "small numbers", "--by", "Ada", "--yes"];
      const purged = await home.run(
        "purge",
        "beds",
        "--period",
        "2025-01",
        "--vintage",
        "1",
        ...why,
      );
      expect(purged.code).toBe(0);
      await cp(kept, join(home.path, "data/acquire"), { recursive: true });
      await home.remove(".kept");
    },
  },
  "Things stand where they should not": {
    lose: (home) => home.write("run.log", "x"),
    same: PROJECTIONS,
  },
};

/** Pages that tell what a person decides, and have no command of ours. */
const WITHOUT_COMMAND = ["A lock is stuck"];

test("every page of docs/recovery.md is drilled", () => {
  expect([...drills.keys()].toSorted()).toEqual(
    [...Object.keys(LOSSES), ...WITHOUT_COMMAND].toSorted(),
  );
});

for (const [title, { lose, same = [], database = () => base.database }] of Object.entries(LOSSES)) {
  test(title, async () => {
    const { before, after, commands } = drills.get(title) ?? {
      before: [],
      after: [],
      commands: [],
    };
    expect(commands.length, title).toBeGreaterThan(0);
    const home = await copyOf(database());
    try {
      const loads = await rows(base);
      const files = await home.snapshot(...same);
      await lose(home);
      const sick = renderExamination(await doctorOf(home), false);
      for (const line of before) expect(sick).toMatch(pattern(line));
      for (const command of commands) {
        const words = command.split(" ").slice(1);
        const id = words.includes("ID") ? await newestBackup(home) : "";
        const ran = await home.run(...words.map((word) => (word === "ID" ? id : word)));
        expect(ran.stderr, command).not.toMatch(/canonry: /);
      }
      const healed = renderExamination(await doctorOf(home), false);
      for (const line of after) expect(healed).toMatch(pattern(line));
      expect(healed).toMatch(/ 0 wrong\.$/);
      expect(await home.snapshot(...same)).toEqual(files);
      // What is current is what it was, whatever was lost.
      expect(await rows(home)).toEqual(loads);
      expect(await differences(home)).toEqual([]);
    } finally {
      await home.remove("");
    }
  });
}

/** What `canonry verify` says, apart from bytes that nothing gives again. */
async function differences(home: Home): Promise<readonly Difference[]> {
  const world = await worldOf(home);
  try {
    const found = await verify(world, { publications: [], periods: [], deep: false });
    return found.differences.filter((one) => one.kind !== "artifact_missing");
  } finally {
    await world.close();
  }
}

/** Every current row, as a reader of silver sees it. */
const rows = (home: Home): Promise<readonly unknown[]> =>
  rowsAt(
    home.database ?? "",
    "select trust, beds, closed, period from silver.beds order by period, trust",
  );
