import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { read, type WorkBook } from "@e965/xlsx";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Citation, cite } from "../../src/inquiry/cite/index.ts";
import type { SourceContract } from "../../src/model/manifest/manifest.ts";
import type { BackfillReport } from "../../src/model/report.ts";
import { openWorld } from "../../src/pipeline/world.ts";
import { CORPUS } from "../support/corpus.ts";
import { type Home, makeHome } from "../support/home.ts";
import { SEED } from "../support/seed.ts";

/** Workbooks, a workbook of another format, CSV files; tables beside each other, of periods, with sections. */
const PUBLICATIONS: Readonly<Record<string, string>> = {
  ae: "nhs-ae-attendances-monthly-csv",
  beds: "nhs-beds-kh03-overnight",
  community: "nhs-community-health-waiting-lists",
  council_tax: "dluhc-council-tax-support",
  deaths: "ons-weekly-deaths-2020-releases",
  surveillance: "phw-rapid-covid-surveillance",
  virtual_wards: "nhs-virtual-wards",
  wales: "statswales-rtt-waiting-lists",
};
const ROWS = 3;

function periodOf(folder: string): string {
  const quarter = /^(\d{4})-Q([1-4])/.exec(folder);
  if (quarter === null) return folder;
  return `FY${quarter[1]}-${String((Number(quarter[1]) + 1) % 100).padStart(2, "0")}-Q${quarter[2]}`;
}

/** The first release of each, and where its files stand by name. */
async function configOf(files: Map<string, string>): Promise<string> {
  const lines = ["publications:"];
  for (const [code, slug] of Object.entries(PUBLICATIONS)) {
    const [folder = ""] = (await readdir(join(CORPUS, slug))).sort();
    lines.push(`  ${code}:`, `    name: ${code}`, "    urls:");
    for (const file of await readdir(join(CORPUS, slug, folder))) {
      const path = join(CORPUS, slug, folder, file);
      files.set(file, path);
      lines.push(`      - { period: ${periodOf(folder)}, url: ${JSON.stringify(path)} }`);
    }
  }
  return `${lines.join("\n")}\n`;
}

const files = new Map<string, string>();
let home: Home;
let client: pg.Client;
beforeAll(async () => {
  home = await makeHome(await configOf(files));
  const report = await home.json<BackfillReport>("backfill");
  expect(report.releases.filter((one) => one.sources.length === 0)).toEqual([]);
  client = new pg.Client({ connectionString: await home.address() });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await home.close();
});

/** Every column of a few rows of every load, by lot. */
async function lots(): Promise<readonly Citation[]> {
  const world = await openWorld({
    env: {},
    cwd: home.path,
    signal: new AbortController().signal,
    flags: { home: home.path },
  });
  try {
    const { rows: loads } = await client.query<{
      id: string;
      source: string;
      contract: SourceContract;
    }>(
      `select l.load_id::text as id, l.source, c.document as contract from ops.load l
         join ops.contract c on c.source = l.source and c.version = l.contract_version order by 1`,
    );
    const found: Citation[] = [];
    for (const { id, source, contract } of loads) {
      const columns = contract.columns
        .filter((one) => one.role !== "period" && one.name !== "data_period")
        .map((one) => one.name);
      const { rows } = await client.query<{ row: number }>(
        `select _row::int as row from bronze.${source} where _load_id = $1
          group by _row order by md5(_row || ' ' || $2::text) limit ${ROWS}`,
        [id, SEED],
      );
      for (const { row } of rows) {
        const needs = { ...world, limits: world.config.settings.limits };
        const asked = { source, periods: [], columns, load: { id, row } };
        found.push(...(await cite(needs, asked)).citations);
      }
    }
    return found;
  } finally {
    await world.close();
  }
}

const books = new Map<string, WorkBook>();

/** What another reader finds in the cell that a citation names; undefined where it is no cell of a workbook. */
async function elsewhere({ cell, file_name, sheet }: Citation): Promise<unknown> {
  const address = /!([A-Z]+\d+)$/.exec(cell ?? "")?.[1];
  if (address === undefined || sheet === null) return undefined;
  const book =
    books.get(file_name) ?? read(await readFile(files.get(file_name) ?? ""), { type: "buffer" });
  books.set(file_name, book);
  return (book.Sheets[sheet] as Record<string, { v?: unknown } | undefined>)[address]?.v ?? null;
}

test(`cells by lot (CANONRY_SEED=${SEED}) hold what the table does, and another reader finds it there`, async () => {
  const citations = await lots();
  const sources = new Set(citations.map((one) => one.source));
  expect(sources.size).toBeGreaterThan(15);
  expect(citations.length).toBeGreaterThan(1_000);
  expect(citations.filter((one) => one.check.status !== "agrees" && one.value !== null)).toEqual(
    [],
  );
  expect(citations.filter((one) => one.check.status === "differs")).toEqual([]);
  let compared = 0;
  const wrong: unknown[] = [];
  for (const one of citations) {
    const { value, marker } = one;
    const other = await elsewhere(one);
    if (other === undefined) continue;
    compared++;
    const same =
      value === null
        ? String(other ?? "").trim() === (marker ?? "")
        : typeof other === "number"
          ? Math.abs(Number(value) - other) <= Math.abs(other) * 1e-12 || !/^-?[\d.]+$/.test(value)
          : String(other).replaceAll("\r\n", "\n") === value ||
            Number(String(other).replace(/[,%£ ]/g, "")) === Number(value);
    if (!same) wrong.push({ cell: one.cell, file: one.file_name, value, marker, other });
  }
  expect(wrong).toEqual([]);
  expect(compared).toBeGreaterThan(800);
  console.log(
    `${citations.length} values of ${sources.size} sources, ${compared} of them by another reader`,
  );
});
