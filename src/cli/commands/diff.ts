import { Command } from "commander";
import { diffVersions } from "../../inquiry/versions.ts";
import { type Context, inWorld } from "../context.ts";
import { renderDiff } from "../render-versions.ts";
import { positiveInteger } from "./options.ts";

interface DiffFlags {
  readonly pub: string;
  readonly from?: number;
  readonly to?: number;
  readonly json?: boolean;
}

export function diffCommand(context: Context): Command {
  return new Command("diff")
    .description("what differs between two versions of a manifest: sources, columns, fields")
    .requiredOption("-p, --pub <code>", "the publication")
    .option("--from <version>", "the earlier version (default: the one before)", positiveInteger)
    .option("--to <version>", "the later version (default: the last)", positiveInteger)
    .option("--json", "print it as JSON")
    .action(async (flags: DiffFlags, command: Command) => {
      await inWorld(context, command, async ({ database }) => {
        const diff = await diffVersions(database, flags.pub, flags);
        context.terminal.data(
          flags.json === true ? JSON.stringify(diff, null, 2) : renderDiff(diff),
        );
      });
    });
}
