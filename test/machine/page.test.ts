import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inspectFile, inspectPage } from "../../src/inquiry/inspect/index.ts";
import { type BrowserPage, openPage } from "../support/browser.ts";
import { PROJECT } from "../support/home.ts";

const SAMPLE = join(PROJECT, "examples/demo/published/clinic-waits/clinic-waits-2025-04.xlsx");
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "canonry-page-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function pageOf(file: string, width: number): Promise<BrowserPage> {
  const seen = await inspectFile(file, folder);
  if (seen.error !== undefined) throw new Error(seen.error.message);
  const target = join(folder, "page.html");
  await inspectPage(seen, folder, target);
  return openPage(pathToFileURL(target).href, { width, height: 900 });
}

/** The background of the cell that holds a text, as CSS says it. */
const colourOf = (text: string): string =>
  `getComputedStyle([...document.querySelectorAll("section td")].filter((one) => one.textContent === ${JSON.stringify(text)}).at(-1)).backgroundColor`;
const legend = (part: string): string =>
  `getComputedStyle(document.querySelector(".legend .${part}")).backgroundColor`;

describe("the page of an inspected workbook, in a browser", () => {
  test.each([1100, 390])(
    "%i pixels wide: nothing sticks out, all sheets are there",
    async (width) => {
      const page = await pageOf(SAMPLE, width);
      try {
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(
          width,
        );
        expect(await page.evaluate("document.querySelectorAll('section').length")).toBe(3);
        expect((await page.screenshot()).length).toBeGreaterThan(10_000);
      } finally {
        await page.close();
      }
    },
  );

  test("header, data, totals and notes have the colours of the legend", async () => {
    const page = await pageOf(SAMPLE, 1100);
    try {
      const parts = {
        header: "Over 18 weeks",
        data: "Ashby General Clinic",
        total: "England",
        note: "Notes",
      };
      for (const [part, text] of Object.entries(parts)) {
        expect(await page.evaluate(colourOf(text)), part).toBe(await page.evaluate(legend(part)));
      }
      const colours = await Promise.all(
        Object.keys(parts).map((part) => page.evaluate(legend(part))),
      );
      expect(new Set(colours).size).toBe(4);
    } finally {
      await page.close();
    }
  });

  test("a cell that is markup stays text, and nothing runs", async () => {
    const hostile = join(folder, "hostile.csv");
    const cell = "<img src=x onerror=document.title=1><script>document.title=2</script>";
    await writeFile(hostile, `Name,Beds\n"${cell}",5\nSouth,6\n`);
    const page = await pageOf(hostile, 800);
    try {
      expect(await page.evaluate("document.title")).toBe("hostile.csv");
      expect(await page.evaluate("document.querySelectorAll('img, script').length")).toBe(0);
      expect(await page.evaluate("document.body.textContent")).toContain(cell);
    } finally {
      await page.close();
    }
  });
});
