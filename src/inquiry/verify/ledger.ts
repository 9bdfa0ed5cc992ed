import type { Database, Executor } from "../../database/database.ts";
import {
  type HeldRows,
  heldRows,
  type LoadToVerify,
  loadIdsOf,
  type SourceToVerify,
} from "../../database/inquiry/verifications.ts";
import { wrongLatest } from "../../database/load/point-load.ts";
import { liveColumns } from "../../database/tables/shape-source.ts";
import { type TableColumn, tableColumns } from "../../database/tables/source-table.ts";
import { strangeViews } from "../../database/tables/view-definitions.ts";
import { sumOfDigests } from "../../model/digest/digest-sum.ts";
import { VINTAGES } from "../../model/manifest/names.ts";
import { type Difference, differenceIn } from "./difference.ts";

/** The ledger against the tables of one source: what stands there, and how many rows of each load. */
export async function verifySource(
  database: Database,
  source: SourceToVerify,
  loads: readonly LoadToVerify[],
): Promise<readonly Difference[]> {
  const shape = await shapeOf(database, source);
  const held = source.has_table ? await heldRows(database, source.source) : [];
  return [
    ...shape,
    ...loads.flatMap((load) => [...countsOf(load, held), ...ledgerOf(load)]),
    ...(await strangers(database, source, held)),
    ...currents(loads),
    ...(await wrongLatest(database, source.source)).map((one) =>
      differenceIn(
        "latest_wrong",
        { source: source.source, ...one },
        one.is_latest
          ? `load ${one.load_id} counts as the latest issue of ${one.period} and is not`
          : `load ${one.load_id} is the latest issue of ${one.period} and does not count as it`,
      ),
    ),
  ];
}

async function shapeOf(database: Database, one: SourceToVerify): Promise<readonly Difference[]> {
  const { source, contract } = one;
  const found: Difference[] = [];
  if (contract === null) {
    const detail = `the ledger has no contract ${one.version} of ${source}`;
    found.push(differenceIn("contract_missing", { source }, detail));
  }
  const views = { [source]: one.has_view, [`${source}${VINTAGES}`]: one.has_vintages_view };
  for (const [view, isThere] of Object.entries(views)) {
    if (isThere) continue;
    found.push(differenceIn("view_missing", { source }, `there is no view silver.${view}`));
  }
  if (!one.has_table) {
    found.push(differenceIn("table_missing", { source }, `there is no table bronze.${source}`));
  } else if (contract !== null) {
    const live = (await liveColumns(database, source)) ?? [];
    const lacking = tableColumns(contract).filter(({ name }) => !has(live, name));
    for (const { name } of lacking) {
      const detail = `the table has no column ${name}`;
      found.push(differenceIn("column_missing", { source }, detail));
    }
    if (lacking.length === 0) found.push(...(await viewsOf(database, source)));
  }
  return found;
}

/** A view is made anew with the contract of its source. */
const MEND =
  "change the description of its source in the manifest, and the next backfill makes it anew (drop it first if its columns are others)";

async function viewsOf(database: Database, source: string): Promise<readonly Difference[]> {
  const strange = await strangeViews(database, source);
  return strange.map(({ view, line, expected }) => {
    const has = line === null ? "nothing" : `\`${line}\``;
    const wants = expected === null ? "nothing" : `\`${expected}\``;
    const detail = `${view} is not the view that the contract makes: it has ${has} where ${wants} belongs; ${MEND}`;
    return differenceIn("view_differs", { source }, detail);
  });
}

function has(columns: readonly TableColumn[], name: string): boolean {
  return columns.some((column) => column.name === name);
}

/** Rows by part and kind. */
function countsOf(load: LoadToVerify, held: readonly HeldRows[]): readonly Difference[] {
  const own = held.filter((one) => one.load_id === load.load_id);
  const rows = own.reduce((sum, one) => sum + one.rows, 0);
  if (load.is_expired) {
    if (rows === 0) return [];
    const detail = `it was expired, and the table still has ${rows} rows of it`;
    return [differenceIn("rows_unknown", load, detail)];
  }
  if (rows === 0 && load.rows_data + load.rows_total > 0) {
    const detail = `the ledger has ${load.rows_data + load.rows_total} rows of it, the table none`;
    return [differenceIn("rows_missing", load, detail)];
  }
  const known = load.parts.flatMap(({ part, rows_data, rows_total }) => [
    { part, kind: "data", rows: rows_data },
    { part, kind: "total", rows: rows_total },
  ]);
  const strange = own.filter(
    ({ part, kind }) => !known.some((one) => one.part === part && one.kind === kind),
  );
  return [
    ...known.flatMap(({ part, kind, rows: expected }) => {
      const found = own.find((one) => one.part === part && one.kind === kind)?.rows ?? 0;
      if (found === expected) return [];
      const detail = `part ${part}: the ledger has ${expected} ${kind} rows, the table ${found}`;
      return [differenceIn("counts_differ", load, detail)];
    }),
    ...strange.map(({ part, kind, rows: found }) =>
      differenceIn("counts_differ", load, `part ${part}: ${found} ${kind} rows are in no part`),
    ),
  ];
}

/** The ledger with itself: the parts and the periods of a load add up to it. */
function ledgerOf(load: LoadToVerify): readonly Difference[] {
  const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
  const parts = [
    sum(load.parts.map((one) => one.rows_data)),
    sum(load.parts.map((one) => one.rows_total)),
  ];
  const periods = sum(load.periods.map((one) => one.rows));
  const found: Difference[] = [];
  if (parts[0] !== load.rows_data || parts[1] !== load.rows_total) {
    const detail = `the load has ${load.rows_data} + ${load.rows_total} rows, its parts ${parts.join(" + ")}`;
    found.push(differenceIn("counts_differ", load, detail));
  }
  if (periods !== load.rows_data) {
    const detail = `the load has ${load.rows_data} data rows, its periods ${periods}`;
    found.push(differenceIn("counts_differ", load, detail));
  }
  const digest = sumOfDigests(load.periods.flatMap((one) => one.digest ?? []));
  if (load.digest !== null && digest !== load.digest.data) {
    const detail = `the load has the digest ${load.digest.data}, its periods ${digest}`;
    found.push(differenceIn("digest_differs", load, detail));
  }
  return found;
}

/** Rows that no load of the ledger brought. */
async function strangers(
  executor: Executor,
  { source }: SourceToVerify,
  held: readonly HeldRows[],
): Promise<readonly Difference[]> {
  const ids = await loadIdsOf(executor, source);
  const strange = new Map<number, number>();
  for (const { load_id, rows } of held) {
    if (!ids.has(load_id)) strange.set(load_id, (strange.get(load_id) ?? 0) + rows);
  }
  return [...strange].map(([load_id, rows]) =>
    differenceIn(
      "rows_unknown",
      { source, load_id },
      `${rows} rows of the table are of load ${load_id}, which the ledger does not have`,
    ),
  );
}

/** Of a source and period that have loads with rows, one is current. */
function currents(all: readonly LoadToVerify[]): readonly Difference[] {
  const loads = all.filter((load) => !load.is_expired);
  const current = new Map<string, { readonly load: LoadToVerify; readonly count: number }>();
  for (const load of loads) {
    const count = (current.get(load.period)?.count ?? 0) + (load.is_current ? 1 : 0);
    current.set(load.period, { load, count });
  }
  return [...current.values()].flatMap(({ load: { source, period }, count }) =>
    count === 1
      ? []
      : [
          differenceIn(
            "current_missing",
            { source, period },
            `${count} of its loads are current, not one`,
          ),
        ],
  );
}
