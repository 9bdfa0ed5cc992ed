import { type Command, InvalidArgumentError } from "commander";
import { configPeriod } from "../../model/period/read-periods.ts";

/** Options that choose releases, the same for every command that has them. */
export interface Selection {
  readonly pub?: string[];
  readonly period?: string[];
  readonly from?: string;
  readonly to?: string;
}

export function period(text: string): string {
  const canonical = configPeriod(text);
  if (canonical === null) {
    throw new InvalidArgumentError(
      "Write a period as 2025-11, 2025-Q3, FY2025-26, 2025-W07 or 2025.",
    );
  }
  return canonical;
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError("Write a whole number from 1.");
  return value;
}

export function withPeriods(command: Command): Command {
  return command.option(
    "--period <period...>",
    "only these periods",
    (text: string, before: string[] = []) => [...before, period(text)],
  );
}

export function withPublications(command: Command): Command {
  return withPeriods(command.option("-p, --pub <code...>", "only these publications"));
}

export function amount(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError("Write an amount, such as 0.50.");
  return value;
}

export function withSelection(command: Command): Command {
  return withPublications(command)
    .option("--from <period>", "from this period on", period)
    .option("--to <period>", "up to this period", period);
}
