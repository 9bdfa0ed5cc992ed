import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  FreeNames,
  LONGEST_NAME,
  nameOf,
  sourceName,
  VINTAGES,
} from "../../src/model/manifest/names.ts";
import { contentKey, reversal, type Vintage } from "../../src/model/vintage.ts";

const options = { verbose: true };

describe("the view of all vintages", () => {
  const name = fc
    .tuple(fc.string({ maxLength: 90 }), fc.constantFrom("", "_vintages", " vintages", "Vintages"))
    .map(([text, end]) => sourceName(nameOf(`${text}${end}`)));

  test("has a name of at most 63 bytes that no source has", () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 20 }), (names) => {
        const free = new FreeNames();
        const sources = names.map((one) => free.take(one));
        const views = sources.map((one) => `${one}${VINTAGES}`);
        expect(new Set([...sources, ...views]).size).toBe(sources.length * 2);
        for (const view of views) expect(Buffer.byteLength(view)).toBeLessThanOrEqual(63);
      }),
      options,
    );
    expect(sourceName("wine_vintages")).toBe("wine_vintages_table");
    const longest = `${"a".repeat(LONGEST_NAME - VINTAGES.length)}${VINTAGES}`;
    expect(sourceName(longest)).toMatch(/^a+_[0-9a-f]{8}$/);
  });
});

const vintage = (number: number, more: Partial<Vintage> = {}): Vintage => ({
  load_id: String(number),
  publication: "p",
  source: "s",
  period: "2025-01",
  vintage: number,
  is_current: false,
  reverted: false,
  superseded_at: null,
  run_id: "r",
  expired: null,
  ...more,
});

describe("going back", () => {
  test("twice is once, whatever stands", () => {
    const state = fc
      .uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 })
      .chain((numbers) =>
        fc.record({
          numbers: fc.constant(numbers.toSorted()),
          current: fc.constantFrom(...numbers),
          reverted: fc.subarray(numbers),
          to: fc.option(fc.constantFrom(...numbers)),
        }),
      );
    fc.assert(
      fc.property(state, ({ numbers, current, reverted, to }) => {
        const before = numbers.map((one) =>
          vintage(one, { is_current: one === current, reverted: reverted.includes(one) }),
        );
        const first = reversal(before, to);
        if ("nothing" in first) return;
        const after = before.map((one) => ({
          ...one,
          is_current: one.vintage === first.to.vintage,
          reverted: one.vintage > first.to.vintage || (one.reverted && one !== first.to),
        }));
        expect(reversal(after, to)).toHaveProperty("nothing");
      }),
      options,
    );
  });

  test("passes over what was reverted before, and says where there is nothing to go back to", () => {
    const three = [vintage(1), vintage(2, { reverted: true }), vintage(3, { is_current: true })];
    expect(reversal(three, null)).toMatchObject({ from: { vintage: 3 }, to: { vintage: 1 } });
    expect(reversal([vintage(1, { is_current: true })], null)).toHaveProperty("nothing");
    expect(reversal([vintage(2, { reverted: true })], null)).toHaveProperty("nothing");
    expect(() => reversal(three, 5)).toThrow("s 2025-01 has the vintages 1, 2, 3, not 5");
  });
});

test("content has one key, in whatever order its parts come", () => {
  expect(contentKey(["b", "a"])).toBe(contentKey(["a", "b"]));
  expect(contentKey(["a"])).not.toBe(contentKey(["a", "a"]));
});
