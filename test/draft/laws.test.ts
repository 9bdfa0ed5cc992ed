import { expect, test } from "vitest";
import { LIMITS } from "../../src/model/limits.ts";
import { bytesOf } from "../../src/model/storage/bytes.ts";
import { type FileSeen, readFile } from "../../src/stages/draft/index.ts";

/** Laws of a draft that `npm run torture` saw broken. */
const seen = (lines: readonly string[]): Promise<FileSeen> =>
  readFile(
    { sha256: "0".repeat(64), file: "a.csv" },
    bytesOf("a.csv", Buffer.from(lines.join("\n"))),
    { limits: LIMITS, guides: [] },
  );

test("placeholders and labels below the last row are notes, not skipped rows outside the range", async () => {
  const rows = ["Region,Month,Beds", "North,Jan 2025,5", "South,Feb 2025,6", "East,Mar 2025,7"];
  for (const end of [["West,Apr 2025,.."], ["", "Later on"], ["Region,Month,Beds"]]) {
    const { regions, sheets } = await seen([...rows, ...end]);
    const bottom = Number(/(\d+)$/.exec(regions[0]?.range ?? "")?.[1]);
    const inside = [...(regions[0]?.skipped_rows ?? []), ...(regions[0]?.section_rows ?? [])];
    expect(inside.every(([, last]) => last <= bottom)).toBe(true);
    const noted = (sheets[0]?.notes_rows ?? []).some(([, last]) => last === 4 + end.length);
    expect(noted || bottom === 4 + end.length, end.join("|")).toBe(true);
  }
});

test("lines that look like a table and turn out to be none are notes", async () => {
  const { regions, sheets } = await seen([
    "A,B,C",
    "x,1,2",
    "y,3,4",
    "z,5,6",
    "",
    "",
    "Source,ONS",
    "Source,ONS",
  ]);
  expect(regions).toHaveLength(1);
  expect(sheets[0]?.notes_rows).toEqual([[7, 8]]);
});

test("a sum beyond the numbers of JavaScript is left out", async () => {
  const { regions } = await seen(["Name,Beds", "a,1e308", "b,1e308", "c,1e308", "d,2"]);
  const column = regions[0]?.columns.find((one) => one.letter === "B");
  expect([column?.values, column?.sum]).toEqual([4, undefined]);
});
