import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { VersionDiff } from "../../src/inquiry/versions.ts";
import type { Changelog } from "../../src/model/manifest/changelog.ts";
import { type Home, makeHome } from "../support/home.ts";

const MANIFEST = "manifests/canonical/beds/beds_canonical.yaml";
const HISTORY = "manifests/canonical/beds/beds_history.md";

describe("the versions of a manifest", () => {
  let home: Home;

  beforeAll(async () => {
    home = await makeHome("publications:\n  beds:\n    name: Beds *by* site\n    folder: inbox\n");
    await home.write("inbox/beds-2025-01.csv", "Code,Beds\nA,1\nB,2\n");
    await home.write("inbox/beds-2025-02.csv", "Code,Beds,Cots\nA,1,4\nB,2,5\n");
    expect((await home.run("backfill")).code).toBe(0);
    const manifest = await home.read(MANIFEST);
    await home.write(MANIFEST, manifest.replace(/title: .*/, "title: Beds and cots"));
    expect((await home.run("backfill")).code).toBe(0);
  });
  afterAll(() => home.close());

  test("history reads like a changelog: when, by what release or person, what changed, the evidence", async () => {
    const { stdout } = await home.run("history", "beds");
    const steady = stdout.replace(/\d{4}-\d\d-\d\d,/g, "DAY,").replace(/\(run [^)]+\)/g, "(run)");
    expect(steady.trimEnd().split("\n")).toEqual([
      "beds: Beds *by* site",
      "",
      "version 3 DAY, by a person's edit, after 2025-02",
      "  beds",
      "    title: beds -> Beds and cots",
      "",
      "version 2 DAY, by the release of 2025-02 (run)",
      "  beds",
      "    column cots added: bigint",
      "      Cots (column C of A1:C3), 2 values",
      "",
      "version 1 DAY, by the release of 2025-01 (run)",
      "  beds",
      "    new source",
      "      beds-2025-01.csv  A1:B3: 2 columns",
    ]);
    const { entries } = await home.json<Changelog>("history", "beds");
    expect(entries.map((one) => [one.version, one.by])).toEqual([
      [3, "person"],
      [2, "backfill"],
      [1, "backfill"],
    ]);
    expect((await home.run("history", "nobody")).code).toBe(2);
  });

  test("it stands beside the manifest as Markdown, and comes back byte for byte", async () => {
    const before = await home.read(HISTORY);
    expect(before).toBe((await home.run("history", "beds", "--markdown")).stdout);
    expect(before).toContain("# Beds \\*by\\* site: history");
    expect(before).toContain(
      "  - column cots added: bigint (Cots (column C of A1:C3), 2 values)\n",
    );
    for (const damage of [
      () => home.remove(HISTORY),
      () => home.write(HISTORY, "nothing"),
      () => home.remove("manifests"),
    ]) {
      await damage();
      expect((await home.run("backfill")).stdout).toContain(HISTORY);
      expect(await home.read(HISTORY)).toBe(before);
    }
    expect((await home.run("backfill")).stdout).not.toContain(HISTORY);
  });

  test("diff compares the last two versions, or those that are named", async () => {
    expect((await home.run("diff", "-p", "beds")).stdout.trimEnd().split("\n")).toEqual([
      "beds: version 2 -> 3",
      "~ beds",
      "  ~ title",
      "      before: beds",
      "      after:  Beds and cots",
    ]);
    const all = await home.json<VersionDiff>("diff", "-p", "beds", "--from", "1", "--to", "3");
    expect(all).toMatchObject({ from: 1, to: 3, added: [], removed: [], fields: [] });
    expect(all.changed[0]?.added.map((one) => one.name)).toEqual(["cots"]);
    const back = await home.json<VersionDiff>("diff", "-p", "beds", "--from", "3", "--to", "1");
    expect(back.changed[0]?.removed.map((one) => one.name)).toEqual(["cots"]);
    const first = await home.json<VersionDiff>("diff", "-p", "beds", "--to", "1");
    expect(first).toMatchObject({ from: null, to: 1, added: [{ code: "beds" }] });
    expect((await home.run("diff", "-p", "beds", "--from", "2", "--to", "2")).stdout).toContain(
      "nothing differs",
    );
    const unknown = await home.run("diff", "-p", "beds", "--to", "9");
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("VERSION_UNKNOWN: beds has the versions 1, 2, 3, not 9");
    expect((await home.run("diff")).code).toBe(2);
  });

  test("where the database is new, the versions before it are those that the manifest tells", async () => {
    await home.run("db", "stop");
    await home.remove("data");
    expect((await home.run("backfill")).code).toBe(0);
    const { entries } = await home.json<Changelog>("history", "beds");
    expect(entries.map((one) => [one.version, one.created_at === null])).toEqual([
      [3, false],
      [2, true],
      [1, true],
    ]);
    expect(entries[1]?.changes).toEqual([
      { source: "beds", text: "column_added cots bigint", evidence: null },
    ]);
  });
});
