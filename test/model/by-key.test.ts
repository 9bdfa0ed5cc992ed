import { expect, test } from "vitest";
import { byKey } from "../../src/model/by-key.ts";

test("items with one key stand together, as they were given", () => {
  const groups = byKey(["b2", "a1", "b1", "c1", "b2"], (item) => item.slice(0, 1));
  expect([...groups]).toEqual([
    ["b", ["b2", "b1", "b2"]],
    ["a", ["a1"]],
    ["c", ["c1"]],
  ]);
  expect(groups.get("d")).toBeUndefined();
});
