import { expect, test } from "vitest";
import type { LoadInPart, TablePart } from "../../src/model/storage/backup.ts";
import { plan } from "../../src/upkeep/backup/index.ts";

const load = (id: number, rows: number, proof: string | null = `proof §{id}`): LoadInPart => ({
  load_id: id,
  source: "beds",
  period: "2025-01",
  vintage: id,
  rows,
  digest: null,
  proof,
});

const COLUMNS = [
  { name: "_load_id", type: "bigint" },
  { name: "beds", type: "bigint" },
];

const part = (...loads: readonly LoadInPart[]): TablePart => ({
  sha256: loads.map((one) => one.load_id).join(),
  size_bytes: 1,
  columns: COLUMNS,
  rows: loads.reduce((sum, one) => sum + one.rows, 0),
  text_bytes: 1,
  text_sha256: "",
  loads,
});

const BEDS = { schema: "bronze", name: "beds" } as const;

/** What is read of a table, given its loads and the parts of the backup before. */
function read(loads: readonly LoadInPart[], parts: readonly TablePart[], columns = COLUMNS) {
  const kept = parts.map((one) => ({ ...BEDS, columns: one.columns, part: one }));
  const { todo, reused } = plan({
    tables: [{ ...BEDS, columns }],
    sources: new Set(["beds"]),
    loads,
    previous: { id: "before", parts: kept },
  });
  return {
    read: todo.map((one) => one.action.choice),
    reused: reused.map((one) => one.part.sha256),
  };
}

test("loads are put together up to a million rows; the last part of a whole table takes every other row", () => {
  const loads = [load(1, 400_000), load(2, 400_000), load(3, 400_000), load(4, 3_000_000)];
  expect(read(loads, []).read).toEqual([{ only: [1, 2] }, { only: [3] }, { without: [1, 2, 3] }]);
  expect(read([load(1, 5)], []).read).toEqual(["all"]);
  expect(read([], []).read).toEqual(["all"]);
});

test("a part is taken over where the ledger says what it said of each of its loads, and no other", () => {
  const [one, two, three] = [load(1, 5), load(2, 6), load(3, 7)];
  expect(read([one, two, three], [part(one, two)])).toEqual({
    read: [{ only: [3] }],
    reused: ["1,2"],
  });
  const again = { read: ["all"], reused: [] };
  expect(read([one], [part(one, two)]), "purged").toEqual(again);
  expect(read([one, load(2, 6, "another")], [part(one, two)]), "another load").toEqual(again);
  expect(read([load(1, 5, null)], [part(load(1, 5, null))]), "nothing proves it").toEqual(again);
  expect(read([one], [{ ...part(one), rows: 4 }]), "it was odd").toEqual(again);
  const wider = [...COLUMNS, { name: "wards", type: "bigint" }];
  expect(read([one], [part(one)], wider)).toEqual({ read: [], reused: ["1"] });
  const retyped = COLUMNS.map(({ name }) => ({ name, type: "numeric" }));
  expect(read([one], [part(one)], retyped), "a widened column").toEqual(again);
});
