import { CanonryError } from "../../model/errors.ts";
import type { LoadCommit } from "../../model/load-commit.ts";
import {
  type Check,
  type CheckResult,
  columnsOf,
  describeCheck,
  type Finding,
} from "../../model/manifest/check.ts";
import { markInterval } from "../../model/period/interval.ts";
import { rowCount } from "../../model/row-count.ts";
import type { Executor } from "../database.ts";
import type { CheckedLoad } from "./checked-load.ts";
import { acceptedValues, notNull, range, unique } from "./row-checks.ts";
import { sumOfParts, sumOfRows } from "./sum-checks.ts";
import { checkTotals } from "./total-checks.ts";

/**
 * Looks at the rows of a load before its commit: the checks of its manifest, then the totals that the
 * publisher prints. Throws CHECK_BROKEN or CHECK_ABORTED if one that is broken says so, with all that are.
 */
export async function runChecks(
  executor: Executor,
  load: LoadCommit,
  place: Pick<CheckedLoad, "table" | "loadId" | "rows">,
): Promise<readonly CheckResult[]> {
  const intervals = load.marks.map(
    ({ token, meaning }) => [token, markInterval(token, meaning)] as const,
  );
  const checked: CheckedLoad = { ...place, load, marks: new Map(intervals) };
  const results: CheckResult[] = [];
  for (const check of load.contract.checks ?? []) {
    const { status, ...detail } = await findingOf(executor, check, checked);
    const { name, severity, kind } = check;
    results.push({ name, severity, status, detail: { kind, ...detail } });
  }
  results.push(...(await checkTotals(executor, checked)));
  const broken = results.filter((one) => one.status === "broken" && one.severity !== "warn");
  if (broken.length === 0) return results;
  const aborts = broken.some((one) => one.severity === "abort");
  throw new CanonryError(
    aborts ? "CHECK_ABORTED" : "CHECK_BROKEN",
    `${load.source} ${load.period}: ${broken.map(describeCheck).join("; ")}`,
  );
}

/** A column whose type changed since the check was written decides nothing, and that is told. */
async function findingOf(executor: Executor, check: Check, checked: CheckedLoad): Promise<Finding> {
  const { columns } = checked.load.contract;
  const named = columnsOf(check).map(([, name]) => name);
  const gone = named.filter((name) => !columns.some((one) => one.name === name));
  const adds = check.kind === "sum_of_parts" || check.kind === "sum_of_rows";
  const compared = adds || check.kind === "range" ? figuresOf(check) : [];
  const texts = columns.filter((one) => compared.includes(one.name) && one.type === "text");
  if (gone.length + texts.length > 0) {
    const found =
      gone.length > 0
        ? `the source has no column ${gone.join(", ")}`
        : `${texts.map((one) => one.name).join(", ")} became text`;
    return { status: "undecided", expected: check.kind, found, count: 0, cells: [] };
  }
  switch (check.kind) {
    case "unique":
      return unique(executor, check, checked);
    case "not_null":
      return notNull(executor, check, checked);
    case "accepted_values":
      return acceptedValues(executor, check, checked);
    case "range":
      return range(executor, check, checked);
    case "row_count":
      return rowCount(check, { rows: checked.rows, earlier: checked.load.earlier_rows });
    case "sum_of_parts":
      return sumOfParts(executor, check, checked);
    case "sum_of_rows":
      return sumOfRows(executor, check, checked);
  }
}

function figuresOf(check: Check): readonly string[] {
  return columnsOf(check).flatMap(([field, name]) =>
    field === "columns" || field === "total" ? [name] : [],
  );
}

/** Keeps what was found with the load. */
export async function recordChecks(
  executor: Executor,
  loadId: number,
  results: readonly CheckResult[],
): Promise<void> {
  if (results.length === 0) return;
  await executor.rows(
    `insert into ops.check_result (load_id, name, severity, status, detail)
     select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::jsonb[])`,
    [
      loadId,
      results.map((one) => one.name),
      results.map((one) => one.severity),
      results.map((one) => one.status),
      results.map((one) => JSON.stringify(one.detail)),
    ],
  );
}
