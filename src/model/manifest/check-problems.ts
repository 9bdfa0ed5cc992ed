import { type Check, columnsOf } from "./check.ts";
import type { ContractColumn, SourceContract } from "./manifest.ts";

/** What is wrong with the checks of a source: the index of the check, the field, and why. */
export interface CheckProblem {
  readonly index: number;
  readonly field: string;
  readonly message: string;
}

/** Checks that name what the source does not have, or that could never hold. Pure. */
export function checkProblems(source: SourceContract): readonly CheckProblem[] {
  const checks = source.checks ?? [];
  return checks.flatMap((check, index) => {
    const problems: CheckProblem[] = [];
    const tell = (field: string, message: string): void => {
      problems.push({ index, field, message });
    };
    if (checks.findIndex((one) => one.name === check.name) !== index)
      tell("name", `two checks of ${source.code} are called ${check.name}`);
    for (const [field, name] of columnsOf(check)) {
      const column = source.columns.find((one) => one.name === name);
      if (column === undefined) tell(field, `${source.code} has no column ${name}`);
      else if (!fits(check, field, column))
        tell(field, `${name} is ${column.type}: it cannot be compared by ${check.kind}`);
    }
    if ("min" in check && "max" in check && isAbove(check.min, check.max))
      tell("min", `no value is from ${check.min} to ${check.max}`);
    return problems;
  });
}

function fits(check: Check, field: string, { type }: ContractColumn): boolean {
  const isNumber = type === "bigint" || type === "numeric";
  if (check.kind === "range") return isNumber || type === "date" || type === "timestamp";
  const adds = check.kind === "sum_of_parts" || check.kind === "sum_of_rows";
  return !adds || isNumber || field === "key" || field === "by";
}

function isAbove(min: number | string | undefined, max: number | string | undefined): boolean {
  return min !== undefined && max !== undefined && typeof min === typeof max && min > max;
}
