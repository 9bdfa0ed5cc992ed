import type { Command } from "commander";
import { CanonryError } from "../../model/errors.ts";
import type { VintageChoice } from "../../model/vintage.ts";
import { period } from "./options.ts";

/** Options of the commands that change which vintage is there. */
export interface VintageFlags {
  readonly pub?: string;
  readonly period: string;
  readonly reason: string;
  readonly by?: string;
  readonly json?: boolean;
}

export function withVintage(command: Command): Command {
  return command
    .argument("[source]", "a source, as `canonry catalog` lists them")
    .option("-p, --pub <code>", "every source of this publication instead")
    .requiredOption("--period <period>", "the release", period)
    .requiredOption("--reason <text>", "why; kept in the ledger")
    .option("--by <name>", "who decides (default: the user of the system)");
}

/** Throws USAGE unless one of both is named. */
export function choiceOf(source: string | undefined, flags: VintageFlags): VintageChoice {
  if (flags.reason.trim() === "") throw new CanonryError("USAGE", "the reason is empty");
  if (source !== undefined && flags.pub === undefined) return { source, period: flags.period };
  if (source === undefined && flags.pub !== undefined)
    return { publication: flags.pub, period: flags.period };
  throw new CanonryError("USAGE", "name a source, or a publication with --pub");
}
