import type { Database } from "../../database/database.ts";
import type { LoadToVerify } from "../../database/inquiry/verifications.ts";
import {
  columnCounts,
  digestOf,
  factsByLoad,
  periodDigests,
} from "../../database/tables/load-digests.ts";
import { digestColumns, type LoadFacts, loadFacts } from "../../database/tables/row-digest.ts";
import { liveColumns } from "../../database/tables/shape-source.ts";
import { bronzeTable } from "../../database/tables/source-table.ts";
import type { DigestColumn } from "../../model/digest/row-digest.ts";
import { type Difference, differenceIn } from "./difference.ts";

/** The rows of each load, counted column by column and hashed again, against the ledger. */
export async function verifyDigests(
  database: Database,
  source: string,
  loads: readonly LoadToVerify[],
): Promise<readonly Difference[]> {
  const columns = digestColumns((await liveColumns(database, source)) ?? []);
  const standing = loads.filter((load) => !load.is_expired);
  const ids = standing.map((load) => load.load_id);
  const facts = await database.session((session) =>
    loadFacts(session, bronzeTable(source), columns, { loads: ids, parts: true, periods: true }),
  );
  const held = factsByLoad(facts);
  return standing.flatMap((load) => differences(load, columns, held.get(load.load_id) ?? []));
}

function differences(
  load: LoadToVerify,
  columns: readonly DigestColumn[],
  facts: readonly LoadFacts[],
): readonly Difference[] {
  const { digest } = load;
  if (digest === null) {
    return [
      differenceIn("digest_differs", load, "no digest was taken of it: load the release again"),
    ];
  }
  const retyped = retypedOf(load, digest.columns, columns);
  if (retyped.length > 0) return retyped;
  const now = digestOf(columns, facts);
  const found = countsOf(load, columns, facts);
  for (const kind of ["data", "total"] as const) {
    if (now[kind] === digest[kind]) continue;
    const detail = `${kind} rows: the ledger has the digest ${digest[kind]}, the table ${now[kind]}`;
    found.push(differenceIn("digest_differs", load, detail));
  }
  if (now.row_sum !== digest.row_sum) {
    const detail = `row numbers add up to ${digest.row_sum} in the ledger, to ${now.row_sum} in the table`;
    found.push(differenceIn("digest_differs", load, detail));
  }
  return [...found, ...periodsOf(load, facts)];
}

function retypedOf(
  load: LoadToVerify,
  before: readonly DigestColumn[],
  now: readonly DigestColumn[],
): readonly Difference[] {
  return before.flatMap((column, at) => {
    const live = now[at];
    if (live?.name === column.name && live.type === column.type) return [];
    const seen = live === undefined ? "there is none" : `there is ${live.name} (${live.type})`;
    const detail = `${seen} where ${column.name} (${column.type}) was hashed`;
    return [differenceIn("column_retyped", load, detail)];
  });
}

function countsOf(
  load: LoadToVerify,
  columns: readonly DigestColumn[],
  facts: readonly LoadFacts[],
): Difference[] {
  return (["data", "total"] as const).flatMap((kind) => {
    const known = load.columns?.[kind] ?? {};
    return Object.entries(columnCounts(columns, facts, kind)).flatMap(([name, found]) => {
      // A column that came later holds nothing of this load.
      const expected = known[name]?.values ?? 0;
      if (found.values === expected) return [];
      const detail = `${name}, ${kind} rows: the ledger has ${expected} values, the table ${found.values}`;
      return [differenceIn("counts_differ", load, detail)];
    });
  });
}

function periodsOf(load: LoadToVerify, facts: readonly LoadFacts[]): readonly Difference[] {
  const now = periodDigests(facts, load.period);
  const wrong = load.periods.filter(({ period, digest }) => now.get(period) !== digest);
  return wrong.map(({ period, digest }) =>
    differenceIn(
      "digest_differs",
      load,
      `data of ${period}: the ledger has the digest ${digest}, the table ${now.get(period) ?? "no row"}`,
    ),
  );
}
