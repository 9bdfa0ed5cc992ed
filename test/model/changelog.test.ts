import { expect, test } from "vitest";
import {
  type AppliedDrift,
  changelogOf,
  comparedVersions,
  type StoredVersion,
} from "../../src/model/manifest/changelog.ts";
import type { CanonicalManifest } from "../../src/model/manifest/manifest.ts";

const line = (version: number, changes: readonly string[]) => ({
  ...{ version, by: "backfill", period: `2025-0${version}`, changes },
});
const HISTORY = [
  line(1, ["beds: new source"]),
  line(2, ["beds.open: added"]),
  line(3, ["name: changed"]),
  line(4, ["beds.closed: added", "wards: new source"]),
];
const named = (name: string, version: number) =>
  ({
    publication: "trusts",
    name,
    version,
    sources: [],
    history: HISTORY,
  }) as unknown as CanonicalManifest;

const stored = HISTORY.map(({ version }): StoredVersion => {
  const by = version === 3 ? "person" : "backfill";
  return { version, by, run_id: `run-${version}`, created_at: "2025-06-01T00:00:00Z" };
});
const drift = (version: number, source: string, after: string): AppliedDrift => ({
  run_id: `run-${version}`,
  source,
  drift: { kind: "column_added", column: after, after, evidence: `B${version}`, breaking: false },
});
const DRIFT = [drift(1, "beds", "all"), drift(2, "beds", "open"), drift(4, "beds", "closed")];
const LAST = named("Wards and beds", 4);

test("documents are compared where no drift tells what changed, and no others", () => {
  // A person's edit of the third, and a source of the fourth without drift.
  expect(comparedVersions(stored, LAST, DRIFT)).toEqual([2, 3, 4]);
  const told = [...DRIFT, drift(4, "wards", "ward")];
  expect(comparedVersions(stored, LAST, told)).toEqual([2, 3]);
});

test("what drift does not tell, the documents do, or else the history", () => {
  const documents = new Map([
    [2, named("Beds", 2)],
    [3, named("Wards and beds", 3)],
    [4, LAST],
  ]);
  const changelog = changelogOf(stored, documents, DRIFT);
  expect(changelog?.entries.map((one) => one.changes.map(({ text }) => text))).toEqual([
    ["column closed added: closed", "new source"],
    ["name: Beds -> Wards and beds"],
    ["column open added: open"],
    ["column all added: all"],
  ]);
});
