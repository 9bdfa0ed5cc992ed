import type { Drift } from "../../model/manifest/drift.ts";
import type { Region, SourceContract } from "../../model/manifest/manifest.ts";
import { newContract } from "./contract.ts";

/**
 * A source that held its own period and repeats its history now, as a series does from its second release
 * on. Read as before, every sum over periods would be doubled: it waits for a person.
 */
export function coverageDrift(
  contract: SourceContract,
  regions: readonly Region[],
  period: string,
): readonly Drift[] {
  const [first, ...rest] = regions;
  if (first === undefined || contract.coverage === "cumulative") return [];
  const seen = newContract(contract.code, [first, ...rest], period);
  if (seen.coverage === "period" || seen.layout !== contract.layout) return [];
  const column = first.columns.find((one) => one.name === seen.time[0]);
  const [from = "", to = "", count = 0] = column?.periods ?? [];
  const header = column?.header.at(-1) ?? "";
  return [
    {
      kind: "coverage_changed",
      ...(seen.time[0] === undefined ? {} : { column: seen.time[0] }),
      before: contract.coverage,
      after: seen.coverage,
      evidence: `${JSON.stringify(header)} of ${first.file} holds ${count} periods, ${from} to ${to}: set coverage: cumulative and time: [${seen.time.join(", ")}] if it repeats its history`,
      breaking: true,
    },
  ];
}
